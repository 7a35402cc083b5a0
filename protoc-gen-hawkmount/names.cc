#include "protoc-gen-hawkmount/names.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace hawkmount::protoc {
namespace {

constexpr char kKeywords[] = R"(
alignas alignof and and_eq asm auto bitand bitor bool break case catch char
char16_t char32_t char8_t class co_await co_return co_yield compl concept
const const_cast consteval constexpr constinit continue decltype default
delete do double dynamic_cast else enum explicit export extern false float
for friend goto if inline int long mutable namespace new noexcept not not_eq
nullptr operator or or_eq private protected public register reinterpret_cast
requires return short signed sizeof static static_assert static_cast struct
switch template this thread_local throw true try typedef typeid typename
union unsigned using virtual void volatile wchar_t while xor xor_eq
)";

constexpr char kMacros[] = R"(
EOF FALSE INFINITY NAN NULL TRUE alloca assert errno linux major minor
offsetof stderr stdin stdout unix
)";

std::set<std::string> WordsOf(absl::string_view text) {
  return absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
}

}  // namespace

void Symbols::AddPackage(absl::string_view package) {
  for (size_t end = 0; end < package.size();) {
    end = std::min(package.find('.', end + 1), package.size());
    names_.emplace(package.substr(0, end));
  }
}

void Symbols::Add(const std::string& package, const std::string& name) {
  names_.insert(package.empty() ? name : absl::StrCat(package, ".", name));
}

bool Symbols::Have(const std::string& package, const std::string& name) const {
  return names_.count(
             package.empty() ? name : absl::StrCat(package, ".", name)) > 0;
}

bool Symbols::HideOurs(const std::string& package) const {
  for (size_t end = 0; end < package.size();) {
    end = std::min(package.find('.', end + 1), package.size());
    for (const char* ours : {"absl", "hawkmount", "std"}) {
      if (Have(package.substr(0, end), ours)) return true;
    }
  }
  return false;
}

bool IsKeyword(absl::string_view word) {
  static const auto& words = *new std::set<std::string>(WordsOf(kKeywords));
  return words.count(std::string(word)) > 0;
}

std::string FreeName(
    std::string wanted, const std::function<bool(const std::string&)>& taken) {
  static const auto& macros = *new std::set<std::string>(WordsOf(kMacros));
  while (IsKeyword(wanted) || macros.count(wanted) > 0 || taken(wanted)) {
    wanted += '_';
  }
  return wanted;
}

void SpellService(
    const std::string& name,
    const std::function<bool(const std::string&)>& taken,
    ServiceModel& service) {
  service.methods_class = FreeName(name + "Methods", taken);
  service.handler_class = FreeName(name + "Handler", taken);
  service.styles_class = FreeName(name + "Styles", taken);
  service.chain_class = FreeName(name + "Chain", taken);
  service.mount_class = FreeName(name + "Mount", taken);
  service.client_class = FreeName(name + "Client", taken);
  service.calls_class = FreeName(name + "Calls", taken);
}

MemberNames::MemberNames(const ServiceModel& service)
    : names_{
          service.methods_class,
          service.handler_class,
          service.styles_class,
          service.chain_class,
          service.mount_class,
          service.client_class,
          service.calls_class,
          "Chain",
          "Handler",
          "Interceptors",
          "Of",
          "chain_",
          "fits_",
          "channel_",
      },
      methods_class_(service.methods_class) {}

void MemberNames::Spell(const std::string& name, MethodModel& method) {
  const auto spell = [&method](const std::string& free) {
    const bool streams = method.kind != MethodKind::kUnary;
    method.name = free;
    method.async = free + "Async";
    method.context = free + "Context";
    method.stream = streams ? free + "Stream" : "";
    method.async_stream = streams ? free + "AsyncStream" : "";
    method.call = free + "Call";
    method.constant = "k" + free;
    return std::set<std::string>{
        method.name,
        method.async,
        method.context,
        method.stream,
        method.async_stream,
        method.call,
        method.constant};
  };
  std::set<std::string> spelled;
  FreeName(name, [&](const std::string& wanted) {
    spelled = spell(wanted);
    for (const std::string& each : spelled) {
      if (names_.count(each) > 0) return true;
    }
    return false;
  });
  spelled.erase("");
  names_.merge(spelled);
  // No constant begins like it, and no other rpc has the name.
  method.policy_class = FreeName(
      "PolicyOf" + name,
      [this](const std::string& wanted) { return wanted == methods_class_; });
}

bool MemberNames::Hide(const std::string& name) const {
  // An rpc may be called like these, but they stand beside types.
  static const auto& others = *new std::set<std::string>{
      "channel",
      "context",
      "handler",
      "kMethods",
      "kServeAs",
      "kService",
      "options",
      "request",
      "response",
      "stream",
      "styles"};
  return names_.count(name) > 0 || others.count(name) > 0;
}

namespace {

void AddClasses(const ServiceModel& service, std::set<std::string>& names) {
  names.insert(
      {service.methods_class,
       service.handler_class,
       service.styles_class,
       service.chain_class,
       service.mount_class,
       service.client_class,
       service.calls_class});
}

void AddMembers(const MethodModel& method, std::set<std::string>& names) {
  names.insert(
      {method.name,
       method.async,
       method.context,
       method.stream,
       method.async_stream});
}

}  // namespace

void SpellFakes(
    const std::function<bool(const std::string&)>& taken,
    std::vector<ServiceModel>& services) {
  std::set<std::string> names;
  for (const ServiceModel& service : services) AddClasses(service, names);
  const auto spell =
      [&taken](const std::string& wanted, std::set<std::string>& others) {
        const std::string name = FreeName(wanted, [&](const std::string& free) {
          return taken(free) || others.count(free) > 0;
        });
        others.insert(name);
        return name;
      };
  for (ServiceModel& service : services) {
    const std::string name =
        service.full_name.substr(service.full_name.rfind('.') + 1);
    service.fake_class = spell("Fake" + name, names);
    service.mock_class = spell("Mock" + name + "Handler", names);
  }
  // Last, as they came later.
  for (ServiceModel& service : services) {
    const std::string name =
        service.full_name.substr(service.full_name.rfind('.') + 1);
    service.async_fake_class = spell("FakeAsync" + name, names);
    service.async_mock_class = spell("MockAsync" + name + "Handler", names);
  }
  for (ServiceModel& service : services) {
    std::set<std::string> members = names;
    for (const MethodModel& method : service.methods) {
      AddMembers(method, members);
    }
    for (MethodModel& method : service.methods) {
      method.fake = spell("On" + method.name, members);
      method.fake_member = spell(method.name + "Fake_", members);
    }
  }
}

bool IsIncludable(absl::string_view file) {
  const auto harms = [](char c) {
    return absl::ascii_iscntrl(c) || c == '"' || c == '\\';
  };
  const auto moves = [](absl::string_view part) {
    return part.empty() || part == "." || part == "..";
  };
  const std::vector<absl::string_view> parts = absl::StrSplit(file, '/');
  return std::none_of(file.begin(), file.end(), harms) &&
         std::none_of(parts.begin(), parts.end(), moves);
}

absl::string_view WithoutExtension(absl::string_view file) {
  if (!absl::ConsumeSuffix(&file, ".proto")) {
    absl::ConsumeSuffix(&file, ".protodevel");
  }
  return file;
}

std::string GuardOf(absl::string_view file) {
  std::string guard = "HAWKMOUNT_GENERATED_";
  char before = '\0';
  for (const char c : WithoutExtension(file)) {
    if (absl::ascii_islower(c) || (absl::ascii_isdigit(c) && before != '/')) {
      guard += absl::ascii_toupper(c);
    } else if (c == '/') {
      guard += '_';
    } else if (absl::ascii_isgraph(c)) {
      // In hexadecimal, which begins with a digit, as no directory does here.
      absl::StrAppendFormat(&guard, "_%02X", c);
    } else {
      absl::StrAppendFormat(&guard, "_0%02X", static_cast<unsigned char>(c));
    }
    before = c;
  }
  return guard + (absl::EndsWith(file, ".proto") ? "_PROTO_H_" : "_H_");
}

}  // namespace hawkmount::protoc
