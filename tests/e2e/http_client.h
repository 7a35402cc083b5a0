#ifndef HAWKMOUNT_TESTS_E2E_HTTP_CLIENT_H_
#define HAWKMOUNT_TESTS_E2E_HTTP_CLIENT_H_

#include <string>

#include "handlers.h"

namespace e2e {

// Of an HTTP server; status 0: there was none.
struct Answer {
  int status = 0;
  std::string head;
  std::string body;

  std::string Header(const std::string& name) const {
    const size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

// Sends some bytes to a port and reads until the server closes.
Answer Send(
    int port,
    const std::string& bytes,
    const std::string& address = "127.0.0.1");

// A request as most people would write it.
Answer Ask(
    int port,
    const std::string& method,
    const std::string& target,
    const std::string& headers = "",
    const std::string& body = "");
Answer Get(int port, const std::string& target);

// Options of an app with a free HTTP port, whose log goes nowhere.
hawkmount::AppOptions WithHttp();

// Serves the greeter, beside what is tested.
class HttpApp final : public hawkmount::App {
 public:
  explicit HttpApp(hawkmount::AppOptions options = WithHttp())
      : App(std::move(options)) {
    static CoroutineGreeter greeter;
    Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  }
};

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_HTTP_CLIENT_H_
