#ifndef HAWKMOUNT_SETTINGS_H_
#define HAWKMOUNT_SETTINGS_H_

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/setting_text.h"

namespace hawkmount {

// Where settings come from.
struct SettingsOptions {
  // Which `.env.{profile}` is read. Empty: what HAWKMOUNT_ENV says in the
  // environment; if it says nothing, "development".
  std::string profile{};
  // Where `.env` and `.env.{profile}` are. Empty: the working directory.
  std::string directory{};
  // What goes before everything else, as the flags of a command line.
  std::map<std::string, std::string> overrides{};
  // What stands in for the process's environment, as in tests. Unset: the
  // environment as it is when the settings are loaded.
  std::optional<std::map<std::string, std::string>> environment{};
};

enum class Presence : unsigned char {
  // A setting that is not there leaves the value as it is: the default.
  kOptional,
  kRequired,
};
inline constexpr Presence kRequired = Presence::kRequired;

// A setting and the variable that it is to be read into, of any type that
// ParseSetting takes: see setting_text.h.
class SettingField {
 public:
  template <class T>
  SettingField(
      std::string name, T& value, Presence presence = Presence::kOptional)
      : name_(std::move(name)),
        presence_(presence),
        parse_([&value](std::string_view text) {
          return ParseSetting(text, value);
        }) {}

  const std::string& name() const { return name_; }
  Presence presence() const { return presence_; }
  absl::Status Parse(std::string_view text) const { return parse_(text); }

 private:
  std::string name_;
  Presence presence_;
  std::function<absl::Status(std::string_view)> parse_;
};

// A program's settings, out of, first to last: overrides, the environment,
// `.env.{profile}`, `.env`; then there is the default in the program.
//
//   auto settings = hawkmount::Settings::Load();
//   if (!settings.ok()) ...
//   absl::Status read = settings->Read({
//       {"PORT", mount_options.port},
//       {"DATABASE", database, hawkmount::kRequired},
//   });
//
// They are read once, at Load, and never change; nothing is ever written into
// the process's environment. Copies are cheap and share what they hold. Any
// thread may call.
class Settings {
 public:
  // A file that is not there has no settings. INVALID_ARGUMENT naming file and
  // line for a line that is none, or for a bad profile; an error naming the
  // file for one that cannot be read.
  static absl::StatusOr<Settings> Load(SettingsOptions options = {});

  // Reads all of them, or what can be read. INVALID_ARGUMENT, or NOT_FOUND if
  // all that is wrong is that required ones are missing; it names each, where
  // its text stands, and what may stand there. A variable whose setting is
  // wrong or missing keeps its value.
  absl::Status Read(std::initializer_list<SettingField> fields) const;

  // One setting, which must be there; or else `otherwise`.
  template <class T>
  absl::StatusOr<T> Get(const std::string& name) const {
    T value{};
    absl::Status read = Read({{name, value, kRequired}});
    if (!read.ok()) return read;
    return value;
  }
  template <class T>
  absl::StatusOr<T> Get(const std::string& name, T otherwise) const {
    absl::Status read = Read({{name, otherwise}});
    if (!read.ok()) return read;
    return otherwise;
  }

  const std::string& profile() const;

  // For people: the profile, and a line with value and source for each setting
  // that was asked for so far or stands in a file or override. Values of names
  // with "secret", "password", "token" or "key" in them, in any case, show as
  // "****"; so they do in errors.
  std::string ToString() const;

 private:
  struct Loaded;

  explicit Settings(std::shared_ptr<Loaded> loaded);

  std::shared_ptr<Loaded> loaded_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_SETTINGS_H_
