#include "hawkmount/testing/call.h"

#include <utility>

#include "testing/carrier.h"

namespace hawkmount::testing {

TestCall::TestCall(const Method& method, TestCallOptions options)
    : carrier_(std::make_unique<Carrier>(method, std::move(options))) {
  carrier_->record.facts = &facts_;
}
TestCall::~TestCall() {
  codegen::FactStore*& facts = carrier_->record.facts;
  while (facts != &facts_) facts->Release();
}

void TestCall::Cancel() { carrier_->Cancel(); }
TestCall::Pairs TestCall::initial_metadata() const {
  return carrier_->initial();
}
TestCall::Pairs TestCall::trailing_metadata() const {
  return carrier_->trailing();
}
App& TestCall::app() const { return *carrier_->record.app; }

codegen::Call& TestCall::call() { return *carrier_; }
void TestCall::Push(const google::protobuf::MessageLite& request) {
  carrier_->Push(request);
}
void TestCall::End() { carrier_->End(); }
std::vector<const google::protobuf::MessageLite*> TestCall::Responses() const {
  return carrier_->Responses();
}
void TestCall::Attach(ManualClock& clock, codegen::CancelScope& scope) {
  carrier_->Attach(clock, scope);
}
void TestCall::Detach() { carrier_->Detach(); }
bool TestCall::IsReading() const { return carrier_->IsReading(); }

}  // namespace hawkmount::testing
