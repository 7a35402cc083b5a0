#include "health/board.h"

#include "hawkmount/health.h"

namespace hawkmount::health {

Board::Board() {
  At("").known = true;
  At(kLiveService).known = true;
}

void Board::Begin(const std::vector<std::string_view>& services) {
  Resumers woken;
  {
    std::lock_guard lock(mutex_);
    for (const std::string_view service : services) At(service).known = true;
    serving_ = true;
    draining_ = false;
    ended_ = false;
    woken = WakeAll();
  }
  for (const auto& resumer : woken) resumer.Resume(true);
}

void Board::SetDraining() {
  Resumers woken;
  {
    std::lock_guard lock(mutex_);
    draining_ = true;
    woken = WakeAll();
  }
  for (const auto& resumer : woken) resumer.Resume(true);
}

void Board::EndWatches() {
  Resumers woken;
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    woken = WakeAll();
  }
  for (const auto& resumer : woken) resumer.Resume(true);
}

void Board::SetServing(std::string_view service, bool serving) {
  Resumers woken;
  {
    std::lock_guard lock(mutex_);
    if (draining_) return;
    Watched& watched = At(service);
    watched.known = true;
    watched.serving = serving;
    Wake(watched, woken);
  }
  for (const auto& resumer : woken) resumer.Resume(true);
}

void Board::SetReady(bool ready) {
  Resumers woken;
  {
    std::lock_guard lock(mutex_);
    if (ready_ == ready) return;
    ready_ = ready;
    woken = WakeAll();
  }
  for (const auto& resumer : woken) resumer.Resume(true);
}

Status Board::Get(std::string_view service) const {
  std::lock_guard lock(mutex_);
  const auto found = services_.find(service);
  return found == services_.end() ? Status::kServiceUnknown
                                  : StatusOf(found->second);
}

std::vector<std::pair<std::string, Status>> Board::List() const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, Status>> list;
  for (const auto& [service, watched] : services_) {
    if (watched.known) list.emplace_back(service, StatusOf(watched));
  }
  return list;
}

bool Board::FollowsReadiness() const {
  std::lock_guard lock(mutex_);
  return serving_ && !draining_;
}

Board::Watched& Board::At(std::string_view service) {
  const auto found = services_.find(service);
  if (found != services_.end()) return found->second;
  return services_.try_emplace(std::string(service), service).first->second;
}

Status Board::StatusOf(const Watched& watched) const {
  if (!watched.known) return Status::kServiceUnknown;
  const bool serving = watched.serving && (watched.service == kLiveService ||
                                           (serving_ && ready_ && !draining_));
  return serving ? Status::kServing : Status::kNotServing;
}

void Board::Wake(Watched& watched, Resumers& woken) {
  const Status status = StatusOf(watched);
  for (Watcher* watcher : watched.watchers) {
    if (!watcher->waiting_.has_value()) continue;
    if (watcher->told_ == status && !ended_) continue;
    woken.push_back(*std::move(watcher->waiting_));
    watcher->waiting_.reset();
  }
}

Board::Resumers Board::WakeAll() {
  Resumers woken;
  for (auto& [service, watched] : services_) Wake(watched, woken);
  return woken;
}

Board::Watcher::Watcher(Board& board, std::string_view service)
    : board_(board) {
  std::lock_guard lock(board.mutex_);
  watched_ = &board.At(service);
  position_ = watched_->watchers.insert(watched_->watchers.end(), this);
}

Board::Watcher::~Watcher() {
  std::lock_guard lock(board_.mutex_);
  watched_->watchers.erase(position_);
  // Callers may watch any name: those that mean nothing do not stay.
  if (!watched_->known && watched_->watchers.empty()) {
    board_.services_.erase(board_.services_.find(watched_->service));
  }
}

TaskOf<std::optional<Status>> Board::Watcher::Next() {
  for (bool waited = true; waited;) {
    {
      std::lock_guard lock(board_.mutex_);
      const Status status = board_.StatusOf(*watched_);
      if (told_ != status) {
        told_ = status;
        co_return status;
      }
      if (board_.ended_) break;
    }
    const std::optional<bool> woken =
        co_await Suspend<bool>([this](Resumer<bool> resumer) {
          std::lock_guard lock(board_.mutex_);
          if (board_.ended_ || board_.StatusOf(*watched_) != told_) {
            resumer.Resume(true);
          } else {
            waiting_ = std::move(resumer);
          }
        });
    waited = woken.has_value();
  }
  co_return std::nullopt;
}

}  // namespace hawkmount::health
