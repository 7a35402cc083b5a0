#ifndef HAWKMOUNT_PROTOC_NAMES_H_
#define HAWKMOUNT_PROTOC_NAMES_H_

#include <functional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "protoc-gen-hawkmount/model.h"

namespace hawkmount::protoc {

// What a schema declares in C++ namespaces, with dots: "acme", "acme.v1",
// "acme.v1.Outer_Inner".
class Symbols {
 public:
  // The package with all that it lies in.
  void AddPackage(absl::string_view package);
  void Add(const std::string& package, const std::string& name);

  bool Have(const std::string& package, const std::string& name) const;

  // Whether code in `package` that says "hawkmount", "absl" or "std" would get
  // something of the schema's.
  bool HideOurs(const std::string& package) const;

 private:
  std::set<std::string> names_;
};

// Of C++20.
bool IsKeyword(absl::string_view word);

// `wanted`, with as many underscores behind it as it takes to be neither a
// keyword, nor a macro of the standard headers, nor `taken`.
std::string FreeName(
    std::string wanted, const std::function<bool(const std::string&)>& taken);

// Spells the classes of the service `name`. `taken` says whether the package
// has something of that name.
void SpellService(
    const std::string& name,
    const std::function<bool(const std::string&)>& taken,
    ServiceModel& service);

// Spells what tests are given for the services of a file, when all else is
// spelled: it renames nothing. `taken` as above.
void SpellFakes(
    const std::function<bool(const std::string&)>& taken,
    std::vector<ServiceModel>& services);

// The names inside the classes of one service.
class MemberNames {
 public:
  explicit MemberNames(const ServiceModel& service);

  // Spells the names of the rpc `name` so that none of them meets another. The
  // later of two that would meet gives way, so that an rpc that is added at the
  // end of a service renames nothing.
  void Spell(const std::string& name, MethodModel& method);

  // Whether `name`, said inside of one of the classes, would not be what the
  // package has of that name.
  bool Hide(const std::string& name) const;

 private:
  std::set<std::string> names_;
  std::string methods_class_;
};

// Whether a file of that name can be included, and is where it says.
bool IsIncludable(absl::string_view file);

// "a/b.proto" -> "a/b"
absl::string_view WithoutExtension(absl::string_view file);

// "a/b.proto" -> "HAWKMOUNT_GENERATED_A_B_PROTO_H_"; another for every file.
std::string GuardOf(absl::string_view file);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_NAMES_H_
