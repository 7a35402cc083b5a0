#include "hawkmount/settings.h"

#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "settings/env_file.h"

namespace hawkmount {

using settings::Sourced;
using settings::Texts;

struct Settings::Loaded {
  // All of them, each from the first place that has it.
  Texts texts;
  std::string profile;
  // In which a missing one could be set.
  std::vector<std::string> files;

  std::mutex mutex;
  std::set<std::string> shown;

  const Sourced* Find(const std::string& name) {
    {
      std::lock_guard lock(mutex);
      shown.insert(name);
    }
    const auto found = texts.find(name);
    return found == texts.end() ? nullptr : &found->second;
  }
};

namespace {

constexpr const char* kProfileKey = "HAWKMOUNT_ENV";
constexpr const char* kDefaultProfile = "development";

bool IsSecret(const std::string& name) {
  const std::string lower = absl::AsciiStrToLower(name);
  for (const char* word : {"secret", "password", "token", "key"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

std::string Shown(const std::string& name, const std::string& text) {
  if (IsSecret(name)) return "\"****\"";
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
}

std::map<std::string, std::string> ProcessEnvironment() {
  std::map<std::string, std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

void Add(
    const std::map<std::string, std::string>& from,
    const std::string& source,
    Texts& to) {
  for (const auto& [name, text] : from) to.insert({name, {text, source}});
}

// A profile is a part of a file's name.
absl::Status CheckProfile(const std::string& profile) {
  const bool plain =
      profile.front() != '.' &&
      std::all_of(profile.begin(), profile.end(), [](unsigned char c) {
        return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
      });
  if (plain) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "profile \"",
      absl::Utf8SafeCEscape(profile),
      "\" (",
      kProfileKey,
      ", or SettingsOptions::profile): a profile has letters, digits, _, . and "
      "-, no . first"));
}

}  // namespace

Settings::Settings(std::shared_ptr<Loaded> loaded)
    : loaded_(std::move(loaded)) {}

absl::StatusOr<Settings> Settings::Load(SettingsOptions options) {
  const std::map<std::string, std::string> environment =
      options.environment.has_value() ? *std::move(options.environment)
                                      : ProcessEnvironment();
  auto loaded = std::make_shared<Loaded>();
  std::string& profile = loaded->profile;
  profile = std::move(options.profile);
  if (const auto said = environment.find(kProfileKey);
      profile.empty() && said != environment.end()) {
    profile = said->second;
  }
  if (profile.empty()) profile = kDefaultProfile;
  if (absl::Status wrong = CheckProfile(profile); !wrong.ok()) return wrong;

  // What is there stays: the first place goes before the others.
  Add(options.overrides, "override", loaded->texts);
  for (const auto& [name, sourced] : loaded->texts) loaded->shown.insert(name);
  Add(environment, "environment", loaded->texts);
  std::string folder = std::move(options.directory);
  if (!folder.empty() && folder.back() != '/') folder += '/';
  for (const std::string& file :
       {absl::StrCat(folder, ".env.", profile), absl::StrCat(folder, ".env")}) {
    absl::StatusOr<Texts> texts = settings::ReadEnvFile(file);
    if (!texts.ok()) return texts.status();
    for (const auto& [name, sourced] : *texts) loaded->shown.insert(name);
    loaded->texts.merge(*texts);
    loaded->files.push_back(file);
  }
  return Settings(std::move(loaded));
}

absl::Status Settings::Read(std::initializer_list<SettingField> fields) const {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::vector<std::string> wrong;
  for (const SettingField& field : fields) {
    const Sourced* const sourced = loaded_->Find(field.name());
    if (sourced == nullptr) {
      if (field.presence() != Presence::kRequired) continue;
      if (wrong.empty()) code = absl::StatusCode::kNotFound;
      wrong.push_back(absl::StrCat(
          "required setting ",
          field.name(),
          " is missing: set it in the environment, ",
          absl::StrJoin(loaded_->files, " or ")));
      continue;
    }
    const absl::Status status = field.Parse(sourced->text);
    if (status.ok()) continue;
    code = absl::StatusCode::kInvalidArgument;
    wrong.push_back(absl::StrCat(
        sourced->source,
        ": setting ",
        field.name(),
        ": ",
        Shown(field.name(), sourced->text),
        " ",
        status.message()));
  }
  return absl::Status(code, absl::StrJoin(wrong, "; "));
}

const std::string& Settings::profile() const { return loaded_->profile; }

std::string Settings::ToString() const {
  std::string out = absl::StrCat("profile ", loaded_->profile, "\n");
  std::lock_guard lock(loaded_->mutex);
  for (const std::string& name : loaded_->shown) {
    const auto found = loaded_->texts.find(name);
    if (found == loaded_->texts.end()) {
      absl::StrAppend(&out, name, " is not set\n");
    } else {
      absl::StrAppend(
          &out,
          name,
          "=",
          Shown(name, found->second.text),
          " (",
          found->second.source,
          ")\n");
    }
  }
  return out;
}

}  // namespace hawkmount
