// A library that tells what goes wrong: docs/guide/errors.md quotes it.
//
//   library_server [PORT]

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "hawkmount/app.h"
#include "hawkmount/error_details.h"
#include "hawkmount/status.h"
#include "library.hawkmount.pb.h"

using namespace acme::library::v1;  // NOLINT: the service of this program
using namespace std::chrono_literals;

// Of some library that knows nothing of calls.
struct DatabaseIsBusy : std::runtime_error {
  DatabaseIsBusy() : std::runtime_error("db7.internal: 5021 locks") {}
};

std::string ShelfOf(const std::string& title) {
  if (title == "Emma") return "A3";
  if (title == "Ulysses") throw DatabaseIsBusy();
  if (title == "Lolita") throw std::runtime_error("password=swordfish");
  throw hawkmount::NotFoundError(
      "there is no book of this title",
      hawkmount::ErrorInfo{
          .reason = "NO_SUCH_BOOK",
          .domain = "library.acme.com",
          .metadata = {{"title", title}}});
}

class Librarian final : public LibraryHandler {
 public:
  absl::Status BorrowBook(
      BorrowBookContext&,
      const BorrowBookRequest& request,
      BorrowBookResponse& response) override {
    if (request.days() < 1 || request.days() > 30) {
      const hawkmount::BadRequest wrong{
          .field_violations = {
              {.field = "days", .description = "must be 1 to 30"}}};
      return WithDetail(
          absl::InvalidArgumentError("the request is not valid"), wrong);
    }
    response.set_shelf(ShelfOf(request.title()));
    return absl::OkStatus();
  }
};

int main(int argc, char** argv) {
  Librarian librarian;
  hawkmount::App app({.request_id = {.in_error_details = true}});
  app.MapException<DatabaseIsBusy>([](const DatabaseIsBusy&) {
    return WithDetail(
        absl::UnavailableError("the catalogue is busy"),
        hawkmount::RetryInfo{.delay = 1500ms});
  });
  app.Mount(
      LibraryMount(librarian), {.port = argc > 1 ? std::atoi(argv[1]) : 50051});
  return app.Run();
}
