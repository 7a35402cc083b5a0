#ifndef HAWKMOUNT_TESTING_SERVER_H_
#define HAWKMOUNT_TESTING_SERVER_H_

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "hawkmount/app.h"
#include "hawkmount/client.h"
#include "hawkmount/mount.h"

namespace hawkmount::testing {

struct TestServerOptions {
  // Without a logger, what is logged goes nowhere.
  AppOptions app{};
  // For each mount. Host, port, addresses and group are the test server's.
  MountOptions mount{};
  // Listen on a socket file in a directory of its own, instead of on a port.
  bool unix_socket = false;
  // How long the destructor lets calls end before it cancels them.
  std::chrono::milliseconds grace{100};
};

// A real server for a test: one app that serves mounts on a free port of the
// loopback address, and ends with the test.
//
//   hawkmount::testing::TestServer server((GreeterMount(handler)));
//   GreeterClient client(server.channel());
//
// Handlers must outlive it. Any thread.
class TestServer {
 public:
  // Serves at once. Throws std::runtime_error, saying why, when it cannot.
  explicit TestServer(
      const hawkmount::Mount& mount, TestServerOptions options = {});
  explicit TestServer(
      const std::vector<hawkmount::Mount>& mounts,
      TestServerOptions options = {});

  // For a test that has more to say to the app: Mount, then Start.
  explicit TestServer(TestServerOptions options = {});

  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  // Before Start. All mounts share a port.
  MountHandle& Mount(const hawkmount::Mount& mount);
  absl::Status Start();
  // Ends it now; calls that go on for longer than `grace` are cancelled.
  absl::Status Stop(std::chrono::milliseconds grace);

  App& app() { return app_; }
  const App& app() const { return app_; }
  // -1 with a socket file.
  int port() const;
  // In gRPC's form: "127.0.0.1:40123", "unix:/tmp/...".
  std::string address() const;

  // A connection that nobody else has, not even to an earlier server with the
  // same port. Copies of one channel share it.
  Channel channel() const;

 private:
  TestServerOptions options_;
  std::string directory_;  // of the socket file; empty: there is none
  App app_;
  MountHandle* first_ = nullptr;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_SERVER_H_
