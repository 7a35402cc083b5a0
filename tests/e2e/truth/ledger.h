#ifndef HAWKMOUNT_TESTS_E2E_TRUTH_LEDGER_H_
#define HAWKMOUNT_TESTS_E2E_TRUTH_LEDGER_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace truth {

// What a client did and saw, in a file that is whole up to the instant at which
// the client is killed: a line when a call begins, another when it is over.
//
//   B ID METHOD DEED
//   E ID CODE RECEIVED DETAILS
//
// DEED is what the call asks of interceptors, or "-"; RECEIVED is how many
// messages came. DETAILS are the status's, or the text of the last message of a
// call that ended well. Any thread.
class Ledger {
 public:
  // Ids are `name` and a number. Ends the process when it cannot write.
  Ledger(const std::string& path, std::string name);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  // The id of a call that is about to begin.
  std::string Begin(std::string_view method, std::string_view deed = "-");
  // `text` is the last message's.
  void End(
      const std::string& id,
      const absl::Status& status,
      int received,
      std::string_view text);

 private:
  // One write, so that lines of several threads do not mix.
  void Append(const std::string& line);

  const std::string name_;
  const int file_;
  std::atomic<uint64_t> next_{0};
};

}  // namespace truth

#endif  // HAWKMOUNT_TESTS_E2E_TRUTH_LEDGER_H_
