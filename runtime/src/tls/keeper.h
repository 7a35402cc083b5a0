#ifndef HAWKMOUNT_TLS_KEEPER_H_
#define HAWKMOUNT_TLS_KEEPER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/status/statusor.h"
#include "hawkmount/tls.h"
#include "tls/certificate_check.h"
#include "tls/credentials.h"
#include "tls/expiry.h"

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount::tls {

// Keeps the certificates of one start of one server in force. A thread of its
// own, "hawkmount-tls", looks at the files, takes up what is good, and tells
// the log of what is not, once a change, and of a certificate that ends soon.
class TlsKeeper {
 public:
  // Reads and checks the files. An error names the file and the way out.
  static absl::StatusOr<std::unique_ptr<TlsKeeper>> Start(
      TlsOptions options, std::shared_ptr<spdlog::logger> logger);

  TlsKeeper(const TlsKeeper&) = delete;
  TlsKeeper& operator=(const TlsKeeper&) = delete;
  // Ends the thread. Servers go on with the certificates that they have.
  ~TlsKeeper();

  // For all addresses of the server; a server that starts anew needs another
  // keeper.
  const std::shared_ptr<grpc::ServerCredentials>& credentials() const {
    return credentials_.credentials();
  }

  // Any thread.

  // When the certificate in force ends.
  std::chrono::system_clock::time_point not_after() const {
    return not_after_.load(std::memory_order_relaxed);
  }
  // Changes of the files that were taken up.
  uint64_t reloads() const { return reloads_.load(std::memory_order_relaxed); }
  // Changes that were not: wrong files.
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  TlsKeeper(
      TlsOptions options,
      std::shared_ptr<spdlog::logger> logger,
      TlsFiles files,
      const TlsMaterial& material);

  void Run();
  // How long until the next look.
  std::chrono::milliseconds Look();
  void TakeUp(TlsFiles files, const TlsMaterial& material);
  void WarnOfExpiry(std::chrono::system_clock::time_point now);

  const TlsOptions options_;
  const std::shared_ptr<spdlog::logger> logger_;
  ReloadableCredentials credentials_;
  std::atomic<std::chrono::system_clock::time_point> not_after_;
  std::atomic<uint64_t> reloads_{0};
  std::atomic<uint64_t> refused_{0};

  // The thread's, once it runs.
  TlsFiles in_force_;
  std::optional<absl::StatusOr<TlsFiles>> wrong_;  // as they were last seen
  bool told_ = false;                              // the log of those
  ExpiryWarning expiry_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hawkmount::tls

#endif  // HAWKMOUNT_TLS_KEEPER_H_
