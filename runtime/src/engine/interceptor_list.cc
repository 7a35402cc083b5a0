#include "engine/interceptor_list.h"

#include <google/protobuf/message.h>

#include <exception>
#include <utility>

#include "hawkmount/codegen/message_hooks.h"

namespace hawkmount {

Decision Interceptor::Before(Context&) { return Decision(); }

Decision Interceptor::OnReceive(Context&, google::protobuf::Message&) {
  return Decision();
}

absl::Status Interceptor::OnSend(Context&, google::protobuf::Message&) {
  return absl::OkStatus();
}

void Interceptor::After(Context&, absl::Status&) {}

namespace engine {

using google::protobuf::Message;
using google::protobuf::MessageLite;

// One call on its way through the list.
class InterceptedMethod::Frame final : public codegen::MessageHooks {
 public:
  Frame(const InterceptedMethod& method, Context& context, void* block)
      : list_(method.list_),
        context_(context),
        request_(dynamic_cast<Message*>(method.inner_.request(block))),
        response_(dynamic_cast<Message*>(method.inner_.response(block))) {
    outer = std::exchange(context.call().record.messages, this);
  }
  ~Frame() { context_.call().record.messages = outer; }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  // False: the call ends here, with TakeStatus.
  bool Enter() {
    for (const auto& interceptor : list_) {
      if (!GoesOn(interceptor->Before(context_))) return false;
      ++entered_;
    }
    return request_ == nullptr || OnReceived(*request_);
  }

  absl::Status TakeStatus() {
    return std::exchange(refusal_, absl::OkStatus());
  }

  absl::Status Send(absl::Status status) {
    if (status.ok() && refusal_.ok() && response_ != nullptr) {
      SendThrough(*response_);
    }
    return refusal_.ok() ? std::move(status) : TakeStatus();
  }

  absl::Status Leave(absl::Status status) {
    if (!refusal_.ok()) status = TakeStatus();
    for (; entered_ > 0; --entered_) {
      try {
        list_[entered_ - 1]->After(context_, status);
      } catch (...) {
        absl::Status thrown =
            context_.call().StatusOf(std::current_exception());
        if (status.ok()) status = std::move(thrown);
      }
    }
    return status;
  }

 private:
  bool GoesOn(const Decision& decision) {
    if (decision.GoesOn()) return true;
    if (!decision.answered()) {
      refusal_ = decision.status();
      context_.call().record.rejection = decision.reason();
    }
    return false;
  }

  bool SendThrough(Message& message) {
    for (auto each = list_.rbegin(); each != list_.rend(); ++each) {
      if (!GoesOn((*each)->OnSend(context_, message))) return false;
    }
    return true;
  }

  bool OnReceived(MessageLite& message) override {
    if (!refusal_.ok()) return false;
    auto* request = dynamic_cast<Message*>(&message);
    if (request == nullptr) return true;
    for (const auto& interceptor : list_) {
      if (!GoesOn(interceptor->OnReceive(context_, *request))) return false;
    }
    return true;
  }

  const MessageLite* OnSending(const MessageLite& message) override {
    if (!refusal_.ok()) return nullptr;
    const auto* response = dynamic_cast<const Message*>(&message);
    if (response == nullptr) return &message;
    if (changed_ == nullptr) changed_.reset(response->New());
    changed_->CopyFrom(*response);
    return SendThrough(*changed_) ? changed_.get() : nullptr;
  }

  const InterceptorList& list_;
  Context& context_;
  Message* request_;
  Message* response_;
  size_t entered_ = 0;
  absl::Status refusal_;
  std::unique_ptr<Message> changed_;
};

InterceptedMethod::InterceptedMethod(
    const codegen::MethodEntry& inner,
    void* handler,
    const InterceptorList& list)
    : inner_(inner), handler_(handler), list_(list), entry_(inner) {
  entry_.handle = [](void* block, void* self) {
    auto& method = *static_cast<InterceptedMethod*>(self);
    return method.Run(method.inner_.context(block), block);
  };
  entry_.handle_async = [](void* block, void* self) {
    auto& method = *static_cast<InterceptedMethod*>(self);
    return method.RunAsync(method.inner_.context(block), block);
  };
}

absl::Status InterceptedMethod::Run(Context& context, void* block) {
  Frame frame(*this, context, block);
  absl::Status status;
  try {
    status = frame.Enter() ? frame.Send(inner_.handle(block, handler_))
                           : frame.TakeStatus();
  } catch (...) {
    status = context.call().StatusOf(std::current_exception());
  }
  return frame.Leave(std::move(status));
}

Task InterceptedMethod::RunAsync(Context& context, void* block) {
  Frame frame(*this, context, block);
  absl::Status status;
  try {
    if (frame.Enter()) {
      status = co_await inner_.handle_async(block, handler_);
      status = frame.Send(std::move(status));
    } else {
      status = frame.TakeStatus();
    }
  } catch (...) {
    status = context.call().StatusOf(std::current_exception());
  }
  co_return frame.Leave(std::move(status));
}

}  // namespace engine
}  // namespace hawkmount
