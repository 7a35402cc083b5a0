#include "tls/keeper.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "system/thread.h"

namespace hawkmount::tls {

using std::chrono::milliseconds;
using std::chrono::system_clock;

namespace {

// Files are often written one after the other: what is wrong is looked at once
// more before it is told.
constexpr milliseconds kSecondLook(1000);

bool Same(
    const absl::StatusOr<TlsFiles>& one,
    const absl::StatusOr<TlsFiles>& other) {
  return one.status() == other.status() && (!one.ok() || *one == *other);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsKeeper>> TlsKeeper::Start(
    TlsOptions options, std::shared_ptr<spdlog::logger> logger) {
  if (absl::Status status = CheckTlsOptions(options); !status.ok()) {
    return status;
  }
  absl::StatusOr<TlsFiles> files = ReadTlsFiles(options);
  if (!files.ok()) return files.status();
  absl::StatusOr<TlsMaterial> material =
      CheckTlsFiles(options, *files, system_clock::now());
  if (!material.ok()) return material.status();
  std::unique_ptr<TlsKeeper> keeper(new TlsKeeper(
      std::move(options), std::move(logger), *std::move(files), *material));
  keeper->WarnOfExpiry(system_clock::now());
  auto thread = system::StartThread(
      "hawkmount-tls",
      "looks for new TLS certificates",
      [keeper = keeper.get()] { keeper->Run(); });
  if (!thread.ok()) return thread.status();
  keeper->thread_ = *std::move(thread);
  return keeper;
}

TlsKeeper::TlsKeeper(
    TlsOptions options,
    std::shared_ptr<spdlog::logger> logger,
    TlsFiles files,
    const TlsMaterial& material)
    : options_(std::move(options)),
      logger_(std::move(logger)),
      credentials_(options_.client_certificate, material),
      not_after_(material.not_after),
      in_force_(std::move(files)),
      expiry_(options_.expiry_warning) {}

TlsKeeper::~TlsKeeper() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void TlsKeeper::Run() {
  milliseconds pause = options_.reload_interval;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stopping_; })) {
    lock.unlock();
    pause = Look();
    lock.lock();
  }
}

milliseconds TlsKeeper::Look() {
  const system_clock::time_point now = system_clock::now();
  WarnOfExpiry(now);
  absl::StatusOr<TlsFiles> files = ReadTlsFiles(options_);
  if (files.ok() && *files == in_force_) {
    wrong_.reset();
    return options_.reload_interval;
  }
  absl::StatusOr<TlsMaterial> material =
      files.ok() ? CheckTlsFiles(options_, *files, now)
                 : absl::StatusOr<TlsMaterial>(files.status());
  if (material.ok()) {
    TakeUp(*std::move(files), *material);
    WarnOfExpiry(now);
    return options_.reload_interval;
  }
  if (!wrong_.has_value() || !Same(*wrong_, files)) {
    wrong_ = std::move(files);
    told_ = false;
    return std::min(options_.reload_interval, kSecondLook);
  }
  if (!told_) {
    told_ = true;
    refused_.fetch_add(1, std::memory_order_relaxed);
    logger_->error(
        "TLS: the files changed and are not taken up, those before stay in "
        "force: {}",
        std::string(material.status().message()));
  }
  return options_.reload_interval;
}

void TlsKeeper::TakeUp(TlsFiles files, const TlsMaterial& material) {
  credentials_.Replace(material);
  in_force_ = std::move(files);
  wrong_.reset();
  not_after_.store(material.not_after, std::memory_order_relaxed);
  reloads_.fetch_add(1, std::memory_order_relaxed);
  logger_->info(
      "TLS: took up the certificate file {}: {}, until {}",
      options_.certificate_file,
      material.identity.subject,
      UtcTime(material.not_after));
}

void TlsKeeper::WarnOfExpiry(system_clock::time_point now) {
  if (const auto text = expiry_.Due(now, not_after())) {
    logger_->warn(
        "TLS: the certificate file {}: the certificate {}",
        options_.certificate_file,
        *text);
  }
}

}  // namespace hawkmount::tls
