#ifndef HAWKMOUNT_SRC_HEALTH_BOARD_H_
#define HAWKMOUNT_SRC_HEALTH_BOARD_H_

#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawkmount/await.h"

namespace hawkmount::health {

// With the numbers of the wire.
enum class Status : unsigned char {
  kServing = 1,
  kNotServing = 2,
  kServiceUnknown = 3,
};

// The statuses of an app's services, and who waits for a change. Any thread.
class Board {
 public:
  Board();
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  // The app serves these from now on, and is not draining (any more). What
  // SetServing said before still holds.
  void Begin(const std::vector<std::string_view>& services);
  // All but kLiveService are NOT_SERVING and stay so.
  void SetDraining();
  // Ends what waits in a Watcher: nothing will change any more.
  void EndWatches();

  void SetServing(std::string_view service, bool serving);
  // How the readiness checks came out.
  void SetReady(bool ready);

  // kServiceUnknown for what is not known.
  Status Get(std::string_view service) const;
  // All that are known.
  std::vector<std::pair<std::string, Status>> List() const;
  // Whether the readiness checks count at this time.
  bool FollowsReadiness() const;

 private:
  struct Watched;

 public:
  // Sees the changes of one service's status. Lives in a coroutine.
  class Watcher {
   public:
    Watcher(Board& board, std::string_view service);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // Comes to the status once it is another one than this came to before; to
    // nothing when the call is given up or the watches are ended.
    TaskOf<std::optional<Status>> Next();

   private:
    friend class Board;

    Board& board_;
    Watched* watched_;
    std::list<Watcher*>::iterator position_;
    std::optional<Status> told_;
    std::optional<Resumer<bool>> waiting_;
  };

 private:
  struct Watched {
    explicit Watched(std::string_view name) : service(name) {}

    const std::string service;
    bool known = false;
    bool serving = true;  // what was said of it
    std::list<Watcher*> watchers;
  };
  using Resumers = std::vector<Resumer<bool>>;

  // All of these with the mutex held.
  Watched& At(std::string_view service);
  Status StatusOf(const Watched& watched) const;
  void Wake(Watched& watched, Resumers& woken);
  // Whom to resume once the mutex is free: they take it first of all.
  Resumers WakeAll();

  mutable std::mutex mutex_;
  bool serving_ = false;
  bool draining_ = false;
  bool ended_ = false;
  bool ready_ = true;
  std::map<std::string, Watched, std::less<>> services_;
};

}  // namespace hawkmount::health

#endif  // HAWKMOUNT_SRC_HEALTH_BOARD_H_
