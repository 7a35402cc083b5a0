#include "http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace e2e {

Answer Send(int port, const std::string& bytes, const std::string& address) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  EXPECT_EQ(inet_pton(AF_INET, address.c_str(), &to.sin_addr), 1);
  Answer answer;
  if (connect(connection, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
    close(connection);
    return answer;
  }
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = send(
        connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += static_cast<size_t>(n);
  }
  std::string text;
  char piece[4096];
  ssize_t n = 0;
  while ((n = recv(connection, piece, sizeof(piece), 0)) > 0) {
    text.append(piece, static_cast<size_t>(n));
  }
  close(connection);
  if (text.rfind("HTTP/1.1 100 ", 0) == 0) text = text.substr(25);
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos || text.size() < 12) return answer;
  answer.status = std::stoi(text.substr(9, 3));
  answer.head = text.substr(0, end + 2);
  answer.body = text.substr(end + 4);
  return answer;
}

Answer Ask(
    int port,
    const std::string& method,
    const std::string& target,
    const std::string& headers,
    const std::string& body) {
  const std::string length =
      body.empty() ? "" : absl::StrCat("Content-Length: ", body.size(), "\r\n");
  return Send(
      port,
      absl::StrCat(
          method,
          " ",
          target,
          " HTTP/1.1\r\nHost: localhost\r\n",
          headers,
          length,
          "\r\n",
          body));
}

Answer Get(int port, const std::string& target) {
  return Ask(port, "GET", target);
}

hawkmount::AppOptions WithHttp() {
  hawkmount::AppOptions options = Quiet();
  options.http = {.host = "127.0.0.1", .port = 0};
  return options;
}

}  // namespace e2e
