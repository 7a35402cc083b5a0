#include "protoc-gen-hawkmount/call_policy.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "protoc-gen-hawkmount/number_text.h"
#include "protoc-gen-hawkmount/visible.h"

namespace hawkmount::protoc {
namespace {

using google::protobuf::MethodOptions;

// Between them, a bucket's arithmetic in nanoseconds is exact enough.
constexpr double kLowestRate = 1e-6;
constexpr double kHighestRate = 1e9;

// A bucket keeps in nanoseconds when it will be full.
constexpr double kSlowestBucketSeconds = 70.0 * 365 * 24 * 3600;

// Nobody's headers are longer.
constexpr size_t kLongestMetadataKey = 1024;

// What OAuth calls a scope-token: RFC 6749, 3.3.
bool IsScope(absl::string_view scope) {
  return !scope.empty() && std::all_of(scope.begin(), scope.end(), [](char c) {
    return absl::ascii_isgraph(c) && c != '"' && c != '\\';
  });
}

bool IsMetadataKey(absl::string_view key) {
  return !key.empty() && key.size() <= kLongestMetadataKey &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) ||
                  c == '_' || c == '-' || c == '.';
         });
}

// Complains about one option: its number, and where it stands.
class Complaints {
 public:
  Complaints(
      int option, const FieldPlace& place, std::vector<std::string>& errors)
      : option_(option), place_(place), errors_(errors) {}

  template <class... Parts>
  void Add(std::vector<int> path, const Parts&... message) {
    path.insert(path.begin(), option_);
    errors_.push_back(absl::StrCat(place_(path), ": ", message...));
  }

 private:
  int option_;
  const FieldPlace& place_;
  std::vector<std::string>& errors_;
};

void CheckAuth(const hawkmount::AuthPolicy& auth, Complaints complaints) {
  std::set<std::string> seen;
  for (int i = 0; i < auth.scopes_size(); ++i) {
    const std::vector<int> path = {auth.kScopesFieldNumber, i};
    const std::string& scope = auth.scopes(i);
    if (!IsScope(scope)) {
      complaints.Add(
          path,
          "auth: scopes: \"",
          Visible(scope),
          "\" is no scope: name one each, in printable ASCII without blanks, "
          "quotes and backslashes");
    } else if (!seen.insert(scope).second) {
      complaints.Add(path, "auth: scopes: \"", scope, "\" is there already");
    }
  }
  if (auth.public_() && auth.scopes_size() > 0) {
    complaints.Add(
        {auth.kPublicFieldNumber},
        "auth: public: who needs no credentials needs no scopes: leave out the "
        "one or the other");
  }
}

void CheckKey(const hawkmount::RatePolicy& rate, Complaints complaints) {
  if (rate.by_case() == rate.kKey &&
      !hawkmount::RatePolicy::Key_IsValid(rate.key())) {
    complaints.Add(
        {rate.kKeyFieldNumber},
        "rate: key: ",
        static_cast<int>(rate.key()),
        " is none: say PEER or USER");
  }
  if (rate.by_case() != rate.kMetadata) return;
  if (!IsMetadataKey(rate.metadata())) {
    complaints.Add(
        {rate.kMetadataFieldNumber},
        "rate: metadata: \"",
        Visible(rate.metadata()),
        "\" is no key of metadata: say lower-case letters, digits, \"_\", "
        "\"-\" and \".\", as in \"x-tenant\"");
  } else if (
      absl::StartsWith(rate.metadata(), "grpc-") || rate.metadata() == "te" ||
      rate.metadata() == "content-type") {
    complaints.Add(
        {rate.kMetadataFieldNumber},
        "rate: metadata: \"",
        rate.metadata(),
        "\": \"te\", \"content-type\" and keys that begin with \"grpc-\" are "
        "gRPC's own, and no handler gets them");
  }
}

void CheckRate(const hawkmount::RatePolicy& rate, Complaints complaints) {
  if (rate.none()) {
    if (rate.per_second() != 0 || rate.has_burst() ||
        rate.by_case() != rate.BY_NOT_SET) {
      complaints.Add(
          {rate.kNoneFieldNumber},
          "rate: none: there is a rate beside it: leave out the one or the "
          "other");
    }
    return;
  }
  // NaN is not in between either.
  const bool is_rate =
      rate.per_second() >= kLowestRate && rate.per_second() <= kHighestRate;
  if (!is_rate) {
    complaints.Add(
        {rate.kPerSecondFieldNumber},
        "rate: per_second: ",
        NumberOf(rate.per_second()),
        " is no rate: say 0.000001 to 1000000000, or \"none: true\" alone");
  }
  if (rate.has_burst() && rate.burst() == 0) {
    complaints.Add(
        {rate.kBurstFieldNumber},
        "rate: burst: 0 would refuse every call: say 1 or more, or nothing");
  } else if (
      is_rate && rate.burst() / rate.per_second() > kSlowestBucketSeconds) {
    complaints.Add(
        {rate.kBurstFieldNumber},
        "rate: burst: at ",
        NumberOf(rate.per_second()),
        " a second it would take 70 years and more until ",
        rate.burst(),
        " calls can come at once: say less");
  }
  CheckKey(rate, complaints);
}

template <class Options>
void CheckLogSampling(const Options& options, Complaints complaints) {
  if (!(options.log_sampling() >= 0 && options.log_sampling() <= 1)) {
    complaints.Add(
        {},
        "log_sampling: ",
        NumberOf(options.log_sampling()),
        " is no share: say 0 to 1");
  }
  if (options.observe().has_log() && !options.observe().log()) {
    complaints.Add(
        {},
        "log_sampling: \"observe.log = false\" beside it leaves nothing to "
        "log: leave out the one or the other");
  }
}

template <class Options>
CallPolicy Read(
    const Options& options,
    const FieldPlace& place,
    std::vector<std::string>& errors) {
  CallPolicy policy;
  if (options.has_auth()) {
    policy.auth = {options.auth(), place({Options::kAuthFieldNumber})};
    CheckAuth(
        options.auth(), Complaints(Options::kAuthFieldNumber, place, errors));
  }
  if (options.has_rate()) {
    policy.rate = {options.rate(), place({Options::kRateFieldNumber})};
    CheckRate(
        options.rate(), Complaints(Options::kRateFieldNumber, place, errors));
  }
  if (options.has_log_sampling()) {
    policy.log_sampling = {
        options.log_sampling(), place({Options::kLogSamplingFieldNumber})};
    CheckLogSampling(
        options, Complaints(Options::kLogSamplingFieldNumber, place, errors));
  }
  if (options.has_idempotent()) {
    policy.idempotent = {
        options.idempotent(), place({Options::kIdempotentFieldNumber})};
  }
  return policy;
}

}  // namespace

CallPolicy ReadCallPolicy(
    const hawkmount::ServiceOptions& options,
    const FieldPlace& place,
    std::vector<std::string>& errors) {
  return Read(options, place, errors);
}

CallPolicy ReadCallPolicy(
    const hawkmount::MethodOptions& options,
    const FieldPlace& place,
    std::vector<std::string>& errors) {
  return Read(options, place, errors);
}

void Override(const CallPolicy& said, CallPolicy& policy) {
  if (said.auth.has_value()) policy.auth = said.auth;
  if (said.rate.has_value()) policy.rate = said.rate;
  if (said.idempotent.has_value()) policy.idempotent = said.idempotent;
  if (said.log_sampling.has_value()) policy.log_sampling = said.log_sampling;
}

void CheckCallPolicy(
    const CallPolicy& policy,
    const CallPolicy& own,
    MethodOptions::IdempotencyLevel level,
    bool unlogged,
    std::vector<std::string>& errors) {
  if (policy.auth.has_value() && policy.auth->value.public_() &&
      policy.rate.has_value() &&
      policy.rate->value.by_case() == hawkmount::RatePolicy::kKey &&
      policy.rate->value.key() == hawkmount::RatePolicy::USER) {
    // Where the method itself says the one or the other.
    const std::string& place = own.auth.has_value() || !own.rate.has_value()
                                   ? policy.auth->place
                                   : policy.rate->place;
    errors.push_back(absl::StrCat(
        place,
        ": auth: public: callers without credentials are no users that "
        "\"rate.key = USER\" could go by: say PEER, \"metadata\" or \"none: "
        "true\" for this method"));
  }
  if (own.idempotent.has_value() && !own.idempotent->value &&
      level != MethodOptions::IDEMPOTENCY_UNKNOWN) {
    errors.push_back(absl::StrCat(
        own.idempotent->place,
        ": idempotent: false, but the method's idempotency_level is ",
        MethodOptions::IdempotencyLevel_Name(level),
        ", which callers go by: leave out the one or the other"));
  }
  if (own.log_sampling.has_value() && unlogged) {
    errors.push_back(absl::StrCat(
        own.log_sampling->place,
        ": log_sampling: \"observe.log = false\", said of this method "
        "elsewhere or of its service, leaves nothing to log: leave out the one "
        "or the other"));
  }
}

}  // namespace hawkmount::protoc
