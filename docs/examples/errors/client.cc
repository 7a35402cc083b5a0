// Borrows books, and reads what goes wrong: docs/guide/errors.md quotes it.
//
//   library_client ADDRESS TITLE DAYS

#include "hawkmount/client.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "hawkmount/error_details.h"
#include "library.hawkmount.pb.h"

using namespace acme::library::v1;  // NOLINT: the service of this program

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  LibraryClient client(hawkmount::Channel::Insecure(argv[1]));
  BorrowBookRequest request;
  request.set_title(argv[2]);
  request.set_days(std::atoi(argv[3]));
  const auto response = client.BorrowBook(request);
  if (response.ok()) {
    std::printf("on shelf %s\n", response->shelf().c_str());
    return 0;
  }
  const absl::Status& status = response.status();
  std::printf("%s\n", std::string(status.message()).c_str());
  if (const auto info = hawkmount::ErrorInfoOf(status)) {
    std::printf("because of %s\n", info->reason.c_str());
  }
  if (const auto wrong = hawkmount::BadRequestOf(status)) {
    for (const auto& violation : wrong->field_violations) {
      std::printf(
          "%s %s\n", violation.field.c_str(), violation.description.c_str());
    }
  }
  if (const auto retry = hawkmount::RetryInfoOf(status)) {
    const std::chrono::duration<double> delay = retry->delay;
    std::printf("try again in %g s\n", delay.count());
  }
  return 1;
}
