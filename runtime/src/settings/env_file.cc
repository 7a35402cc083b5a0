#include "settings/env_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace hawkmount::settings {
namespace {

// What some editors put at the beginning of a file.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view Strip(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && absl::ascii_isspace(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool IsKey(std::string_view text) {
  return !text.empty() && !absl::ascii_isdigit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
         });
}

// What is wrong with a line: nothing, or what goes on after "FILE:LINE: ".
std::string ReadLine(
    std::string_view line, std::string& key, std::string& value) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    return "there is no \"=\": write KEY=VALUE, or begin a comment with #";
  }
  const std::string_view name = Strip(line.substr(0, equals));
  if (!IsKey(name)) {
    if (name.starts_with("export ") || name.starts_with("export\t")) {
      return "\"export\" is for shells: write KEY=VALUE";
    }
    return "before the \"=\" there is no key: letters, digits, _, . and -, no "
           "digit first";
  }
  std::string_view text = Strip(line.substr(equals + 1));
  if (text.find('\0') != std::string_view::npos) {
    return absl::StrCat(std::string(name), " has a NUL byte in its value");
  }
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
    if (text.size() < 2 || text.back() != text.front()) {
      return absl::StrCat(
          std::string(name),
          " begins with a quote and does not end with it; there are no "
          "comments behind values");
    }
    text = text.substr(1, text.size() - 2);
  }
  key = std::string(name);
  value = std::string(text);
  return "";
}

}  // namespace

absl::StatusOr<Texts> ParseEnvFile(
    const std::string& file, std::string_view content) {
  if (content.starts_with(kByteOrderMark)) {
    content.remove_prefix(kByteOrderMark.size());
  }
  Texts texts;
  for (size_t number = 1; !content.empty(); ++number) {
    const size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = Strip(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.empty() || line.front() == '#') continue;
    std::string key;
    Sourced sourced{.text = {}, .source = absl::StrCat(file, ":", number)};
    const std::string wrong = ReadLine(line, key, sourced.text);
    if (!wrong.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(sourced.source, ": ", wrong));
    }
    texts.insert_or_assign(std::move(key), std::move(sourced));
  }
  return texts;
}

absl::StatusOr<Texts> ReadEnvFile(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(
      std::fopen(file.c_str(), "rbe"), [](std::FILE* stream) {
        return stream == nullptr ? 0 : std::fclose(stream);
      });
  if (opened == nullptr) {
    if (errno == ENOENT) return Texts();
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", file));
  }
  std::string content;
  char part[4096];
  while (const size_t size = std::fread(part, 1, sizeof(part), opened.get())) {
    content.append(part, size);
  }
  if (std::ferror(opened.get()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", file));
  }
  return ParseEnvFile(file, content);
}

}  // namespace hawkmount::settings
