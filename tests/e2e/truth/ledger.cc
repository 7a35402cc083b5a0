#include "ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace truth {

Ledger::Ledger(const std::string& path, std::string name)
    : name_(std::move(name)),
      file_(
          open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (file_ < 0) {
    std::perror(path.c_str());
    std::exit(1);
  }
}

Ledger::~Ledger() { close(file_); }

std::string Ledger::Begin(std::string_view method, std::string_view deed) {
  std::string id = absl::StrCat(name_, ".", next_++);
  Append(
      "B " + id + " " + std::string(method) + " " + std::string(deed) + "\n");
  return id;
}

void Ledger::End(
    const std::string& id,
    const absl::Status& status,
    int received,
    std::string_view text) {
  const std::string details = absl::StrReplaceAll(
      status.ok() ? std::string(text) : std::string(status.message()),
      {{"\n", " "}});
  Append(absl::StrCat(
      "E ",
      id,
      " ",
      absl::StatusCodeToString(status.code()),
      " ",
      received,
      " ",
      details,
      "\n"));
}

void Ledger::Append(const std::string& line) {
  if (write(file_, line.data(), line.size()) !=
      static_cast<ssize_t>(line.size())) {
    std::perror("the ledger");
    std::exit(1);
  }
}

}  // namespace truth
