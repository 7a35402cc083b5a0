#include "protoc-gen-hawkmount/policy.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "hawkmount/options.pb.h"
#include "protoc-gen-hawkmount/visible.h"

namespace hawkmount::protoc {
namespace {

using google::protobuf::TextFormat;

constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

// Collects complaints about a file as "file:line:column: message".
class Complaints : public google::protobuf::io::ErrorCollector {
 public:
  explicit Complaints(const std::string& file) : file_(file) {}

  // Lines and columns count from 0 here.
  std::string Place(int line, int column) const {
    return absl::StrCat(file_, ":", line + 1, ":", column + 1);
  }

  void AddError(int line, int column, const std::string& message) override {
    lines.push_back(absl::StrCat(Place(line, column), ": ", Visible(message)));
  }

  std::vector<std::string> lines;

 private:
  const std::string& file_;
};

bool IsFullName(absl::string_view name) {
  const auto is_part = [](absl::string_view part) {
    const auto is_letter = [](char c) {
      return absl::ascii_isalnum(c) || c == '_';
    };
    return !part.empty() && !absl::ascii_isdigit(part.front()) &&
           std::all_of(part.begin(), part.end(), is_letter);
  };
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '.');
  return std::all_of(parts.begin(), parts.end(), is_part);
}

// Where the options of an entry stand.
template <class Entry>
FieldPlace PlaceOfOptions(
    const TextFormat::ParseInfoTree* entry, const Complaints& complaints) {
  return [entry, &complaints](const std::vector<int>& path) {
    const google::protobuf::FieldDescriptor* field =
        Entry::descriptor()->FindFieldByNumber(Entry::kOptionsFieldNumber);
    const TextFormat::ParseInfoTree* tree = entry;
    TextFormat::ParseLocation place = entry->GetLocation(field, -1);
    int index = -1;
    for (size_t next = 0; next < path.size();) {
      tree = tree->GetTreeForNested(field, index);
      if (tree == nullptr) break;
      field = field->message_type()->FindFieldByNumber(path[next++]);
      index = field->is_repeated() ? path[next++] : -1;
      const TextFormat::ParseLocation found = tree->GetLocation(field, index);
      if (found.line < 0) break;
      place = found;
    }
    return complaints.Place(place.line, place.column);
  };
}

std::map<std::string, ServicePolicy::Method> MethodsOf(
    const hawkmount::Policy::Service& service,
    const TextFormat::ParseInfoTree* places,
    Complaints& complaints) {
  std::map<std::string, ServicePolicy::Method> methods;
  const auto* entries =
      hawkmount::Policy::Service::descriptor()->FindFieldByNumber(
          hawkmount::Policy::Service::kMethodFieldNumber);
  for (int i = 0; i < service.method_size(); ++i) {
    const auto& method = service.method(i);
    const auto [line, column] = places->GetLocation(entries, i);
    const FieldPlace place = PlaceOfOptions<hawkmount::Policy::Method>(
        places->GetTreeForNested(entries, i), complaints);
    const Limits limits = ReadLimits(method.options(), place, complaints.lines);
    const CallPolicy calls =
        ReadCallPolicy(method.options(), place, complaints.lines);
    if (!IsFullName(method.name()) || absl::StrContains(method.name(), '.')) {
      complaints.AddError(
          line,
          column,
          "a method needs the name of its rpc, as in \"SayHello\"");
    } else if (!methods
                    .emplace(
                        method.name(),
                        ServicePolicy::Method{
                            complaints.Place(line, column),
                            method.options(),
                            limits,
                            calls})
                    .second) {
      complaints.AddError(
          line, column, method.name() + " has an entry already");
    }
  }
  return methods;
}

std::map<std::string, ServicePolicy> ServicesOf(
    const hawkmount::Policy& message,
    const TextFormat::ParseInfoTree& places,
    Complaints& complaints) {
  std::map<std::string, ServicePolicy> services;
  const auto* entries = hawkmount::Policy::descriptor()->FindFieldByNumber(
      hawkmount::Policy::kServiceFieldNumber);
  for (int i = 0; i < message.service_size(); ++i) {
    const auto& service = message.service(i);
    const auto [line, column] = places.GetLocation(entries, i);
    const auto* tree = places.GetTreeForNested(entries, i);
    std::vector<PlacedName> serve_as;
    for (const std::string& name : service.options().serve_as()) {
      serve_as.push_back({name, complaints.Place(line, column)});
    }
    CheckServeAs(service.name(), serve_as, complaints.lines);
    const FieldPlace place =
        PlaceOfOptions<hawkmount::Policy::Service>(tree, complaints);
    ServicePolicy entry = {
        serve_as,
        service.options().observe(),
        MethodsOf(service, tree, complaints),
        ReadLimits(service.options(), place, complaints.lines),
        ReadCallPolicy(service.options(), place, complaints.lines),
        complaints.Place(line, column)};
    if (!IsFullName(service.name())) {
      complaints.AddError(
          line,
          column,
          "a service needs its full name, as in \"acme.v1.Greeter\"");
    } else if (!services.emplace(service.name(), std::move(entry)).second) {
      complaints.AddError(
          line, column, service.name() + " has an entry already");
    }
  }
  return services;
}

MessagePolicy MessageOf(
    const hawkmount::Policy::Message& message,
    const TextFormat::ParseInfoTree* places,
    Complaints& complaints) {
  MessagePolicy policy;
  const auto* entries =
      hawkmount::Policy::Message::descriptor()->FindFieldByNumber(
          hawkmount::Policy::Message::kFieldFieldNumber);
  for (int i = 0; i < message.field_size(); ++i) {
    const auto& field = message.field(i);
    const auto [line, column] = places->GetLocation(entries, i);
    if (field.name().empty()) {
      complaints.AddError(
          line, column, "a field needs its name, as in \"password\"");
    } else if (!policy.fields
                    .emplace(
                        field.name(),
                        Said<hawkmount::FieldOptions>{
                            field.options(), complaints.Place(line, column)})
                    .second) {
      complaints.AddError(
          line, column, Visible(field.name()) + " has an entry already");
    }
  }
  return policy;
}

std::map<std::string, MessagePolicy> MessagesOf(
    const hawkmount::Policy& message,
    const TextFormat::ParseInfoTree& places,
    Complaints& complaints) {
  std::map<std::string, MessagePolicy> messages;
  const auto* entries = hawkmount::Policy::descriptor()->FindFieldByNumber(
      hawkmount::Policy::kMessageFieldNumber);
  for (int i = 0; i < message.message_size(); ++i) {
    const auto& each = message.message(i);
    const auto [line, column] = places.GetLocation(entries, i);
    MessagePolicy entry =
        MessageOf(each, places.GetTreeForNested(entries, i), complaints);
    entry.place = complaints.Place(line, column);
    if (!IsFullName(each.name())) {
      complaints.AddError(
          line,
          column,
          "a message needs its full name, as in \"acme.v1.User\"");
    } else if (!messages.emplace(each.name(), std::move(entry)).second) {
      complaints.AddError(line, column, each.name() + " has an entry already");
    }
  }
  return messages;
}

absl::StatusOr<std::string> ReadText(const std::string& file) {
  std::string text;
  std::FILE* stream = std::fopen(file.c_str(), "rb");
  bool failed = stream == nullptr;
  if (!failed) {
    for (int c; (c = std::fgetc(stream)) != EOF;) text += static_cast<char>(c);
    failed = std::ferror(stream) != 0;
  }
  const int error = errno;
  if (stream != nullptr) std::fclose(stream);
  // Some editors begin files with it.
  if (absl::StartsWith(text, kByteOrderMark)) text.erase(0, 3);
  if (!failed) return text;
  return absl::InvalidArgumentError(absl::StrCat(
      "Invalid parameter: policy=",
      file,
      ": cannot be read: ",
      std::strerror(error)));
}

}  // namespace

absl::StatusOr<Policy> ReadPolicy(const std::string& file) {
  const absl::StatusOr<std::string> text = ReadText(file);
  if (!text.ok()) return text.status();

  Complaints complaints(file);
  TextFormat::ParseInfoTree places;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&complaints);
  parser.WriteLocationsTo(&places);
  hawkmount::Policy message;
  if (!parser.ParseFromString(*text, &message)) message.Clear();

  Policy policy = {
      ServicesOf(message, places, complaints),
      MessagesOf(message, places, complaints)};
  if (complaints.lines.empty()) return policy;
  return absl::InvalidArgumentError(absl::StrJoin(complaints.lines, "\n"));
}

void CheckServeAs(
    const std::string& service,
    const std::vector<PlacedName>& serve_as,
    std::vector<std::string>& errors) {
  std::set<std::string> seen = {service};
  for (const auto& [name, place] : serve_as) {
    if (!IsFullName(name)) {
      errors.push_back(absl::StrCat(
          place,
          ": serve_as: \"",
          Visible(name),
          "\" is not the full name of a service, as in \"acme.v1.Greeter\""));
    } else if (!seen.insert(name).second) {
      errors.push_back(absl::StrCat(
          place, ": serve_as: ", service, " answers to ", name, " already"));
    }
  }
}

}  // namespace hawkmount::protoc
