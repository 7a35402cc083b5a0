#ifndef HAWKMOUNT_BENCH_HARNESS_CLAIMS_H_
#define HAWKMOUNT_BENCH_HARNESS_CLAIMS_H_

#include <string_view>

namespace hawkmount::bench {

// What a benchmark is to show, printed one line a claim:
//
//   claim NAME MEASURED <=|>= BOUND ok|short
class Claims {
 public:
  void AtMost(std::string_view name, double measured, double bound) {
    Print(name, measured, "<=", bound, measured <= bound);
  }
  void AtLeast(std::string_view name, double measured, double bound) {
    Print(name, measured, ">=", bound, measured >= bound);
  }

  // For main to return: 1 when a claim came out short.
  int exit_code() const { return short_ ? 1 : 0; }

 private:
  void Print(
      std::string_view name,
      double measured,
      std::string_view relation,
      double bound,
      bool ok);

  bool short_ = false;
};

// Prints a line that is not a claim.
void Note(std::string_view text);

// Ends the benchmark with exit code 2: it cannot be run here.
[[noreturn]] void CannotRun(std::string_view why);

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_CLAIMS_H_
