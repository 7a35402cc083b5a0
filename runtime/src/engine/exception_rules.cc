#include "engine/exception_rules.h"

#include <cxxabi.h>

#include <cstdlib>
#include <optional>
#include <typeinfo>

#include "absl/strings/str_cat.h"
#include "hawkmount/context.h"

namespace hawkmount::engine {
namespace {

constexpr absl::string_view kFixedText = "the handler threw an exception";

std::string TypeName(const std::type_info* type) {
  if (type == nullptr) return "something";
  int status = 0;
  char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  std::string result = status == 0 ? name : type->name();
  std::free(name);
  return result;
}

// Of the exception that is being handled.
struct Thrown {
  std::optional<absl::Status> status;  // of a StatusError
  std::string type;
  std::string text;
};

Thrown Look() {
  Thrown thrown;
  try {
    throw;
  } catch (const StatusError& error) {
    thrown.status = error.status();
  } catch (const std::exception& error) {
    thrown.type = TypeName(&typeid(error));
    if (const char* what = error.what()) thrown.text = what;
  } catch (...) {
    thrown.type = TypeName(abi::__cxa_current_exception_type());
  }
  return thrown;
}

Thrown Look(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (...) {
    return Look();
  }
}

// For mappings that want to see or answer the call.
class MappingContext final : public Context {
 public:
  explicit MappingContext(codegen::Call& call) : Context(call) {}
};

}  // namespace

void ExceptionRules::Add(codegen::ExceptionMapping mapping) {
  std::lock_guard lock(mutex_);
  Mappings mappings = *mappings_;
  mappings.push_back(std::move(mapping));
  mappings_ = std::make_shared<const Mappings>(std::move(mappings));
}

ExceptionRules::Verdict ExceptionRules::Judge(
    const std::exception_ptr& exception, codegen::Call& call) const {
  const Thrown thrown = Look(exception);
  if (thrown.status.has_value()) return {*thrown.status, ""};
  const auto told = [this](const Thrown& of) {
    return policy_.log_text && !of.text.empty()
               ? absl::StrCat(of.type, ": ", of.text)
               : of.type;
  };
  std::string unknown = told(thrown);
  const std::shared_ptr<const Mappings> mappings = [this] {
    std::lock_guard lock(mutex_);
    return mappings_;
  }();
  MappingContext context(call);
  for (const codegen::ExceptionMapping& mapping : *mappings) {
    try {
      std::optional<absl::Status> mapped = mapping(exception, context);
      if (!mapped.has_value()) continue;
      if (!mapped->ok()) return {*std::move(mapped), ""};
      absl::StrAppend(&unknown, "; its mapping returned OK");
    } catch (...) {
      Thrown second = Look();
      if (second.status.has_value()) second.type = "a StatusError";
      absl::StrAppend(&unknown, "; its mapping threw ", told(second));
    }
    break;
  }
  const bool exposed = policy_.expose && !thrown.text.empty();
  return {
      absl::Status(
          policy_.code, exposed ? absl::string_view(thrown.text) : kFixedText),
      std::move(unknown)};
}

}  // namespace hawkmount::engine
