#include "harness/claims.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace hawkmount::bench {
namespace {

// Four decimals at most: 0.968, 10001.
std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  std::string number = text;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

}  // namespace

void Claims::Print(
    std::string_view name,
    double measured,
    std::string_view relation,
    double bound,
    bool ok) {
  if (!ok) short_ = true;
  std::printf(
      "claim %.*s %s %.*s %s %s\n",
      static_cast<int>(name.size()),
      name.data(),
      Number(measured).c_str(),
      static_cast<int>(relation.size()),
      relation.data(),
      Number(bound).c_str(),
      ok ? "ok" : "short");
  std::fflush(stdout);
}

void Note(std::string_view text) {
  std::printf("# %.*s\n", static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

void CannotRun(std::string_view why) {
  std::fflush(stdout);
  std::fprintf(
      stderr, "cannot run: %.*s\n", static_cast<int>(why.size()), why.data());
  std::_Exit(2);
}

}  // namespace hawkmount::bench
