#include "observe/log_writer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "observe/console_sink.h"
#include "observe/log_format.h"
#include "system/thread.h"

namespace hawkmount::observe {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

// Between two looks into the rings while calls come.
constexpr std::chrono::milliseconds kPause(10);
// Looks in vain before it sleeps until it is woken.
constexpr int kLooks = 5;
constexpr size_t kWriteBytes = 64 << 10;

// How many calls of a round, of 10 ms or more, become exemplars, beside those
// that failed or were slow.
constexpr int kExamples = 1;

}  // namespace

// Outlives its LogWriter while a sink blocks it.
class LogWriter::Worker {
 public:
  Worker(
      std::shared_ptr<spdlog::logger> logger,
      LogFormat format,
      std::shared_ptr<RecentCalls> recent,
      std::shared_ptr<Exemplars> exemplars)
      : logger_(std::move(logger)),
        recent_(std::move(recent)),
        exemplars_(std::move(exemplars)),
        formatter_(format) {
    if (logger_->sinks().size() == 1) {
      console_ = dynamic_cast<ConsoleSink*>(logger_->sinks()[0].get());
    }
  }

  std::shared_ptr<LogRing> AddRing(size_t bytes) {
    auto ring = std::make_shared<LogRing>(bytes, bell_);
    std::lock_guard lock(mutex_);
    rings_.push_back(ring);
    return ring;
  }

  // Until Stop.
  void Run() {
    int idle = 0;
    for (;;) {
      const bool busy = Round();
      bool hurry = false;
      {
        std::lock_guard lock(mutex_);
        ++rounds_;
        ended_ = stopping_ && !busy;
        round_over_.notify_all();
        if (ended_) return;
        hurry = stopping_ || rounds_ < wanted_rounds_;
      }
      idle = busy ? 0 : idle + 1;
      if (hurry) continue;
      if (idle < kLooks) {
        bell_->Pause(kPause);
      } else {
        bell_->Sleep([this] {
          std::lock_guard lock(mutex_);
          return stopping_ || rounds_ < wanted_rounds_ || !said_.empty() ||
                 !std::all_of(rings_.begin(), rings_.end(), [](auto& ring) {
                   return ring->empty();
                 });
        });
      }
    }
  }

  bool Flush(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    // The round that runs may have passed a ring before it was written to.
    const uint64_t enough = rounds_ + 2;
    wanted_rounds_ = enough;
    lock.unlock();
    bell_->Wake();
    lock.lock();
    return round_over_.wait_for(
        lock, patience, [&] { return rounds_ >= enough; });
  }

  void Say(spdlog::level::level_enum level, std::string text) {
    {
      std::lock_guard lock(mutex_);
      said_.push_back({system_clock::now(), level, std::move(text)});
    }
    bell_->Wake();
  }

  // False when a sink keeps the thread.
  bool Stop(std::chrono::milliseconds patience) {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    bell_->Wake();
    std::unique_lock lock(mutex_);
    return round_over_.wait_for(lock, patience, [this] { return ended_; });
  }

  Counts counts() const {
    std::lock_guard lock(mutex_);
    Counts counts{written_, failed_, dropped_before_};
    for (const auto& ring : rings_) counts.dropped += ring->dropped();
    return counts;
  }

 private:
  struct Said {
    system_clock::time_point time;
    spdlog::level::level_enum level;
    std::string text;
  };

  // Writes what is in the rings now; false when there was nothing.
  bool Round() {
    TakeRings();
    wall_ahead_ = std::chrono::duration_cast<nanoseconds>(
                      system_clock::now().time_since_epoch()) -
                  std::chrono::duration_cast<nanoseconds>(
                      steady_clock::now().time_since_epoch());
    level_ = logger_->level();
    examples_ = exemplars_ == nullptr ? 0 : kExamples;
    AskWhatIsWanted();
    bool busy = false;
    for (LogRing* ring : turn_) {
      // What comes meanwhile is for the next round.
      busy |= ring->TakeOut([this](std::string_view record) {
        Write(*reinterpret_cast<const LogRecord*>(record.data()));
      });
    }
    WriteOut();
    return WriteSaid() || busy;
  }

  bool WriteSaid() {
    std::vector<Said> said;
    {
      std::lock_guard lock(mutex_);
      said.swap(said_);
    }
    for (const Said& line : said) {
      try {
        logger_->log(line.time, {}, line.level, line.text);
      } catch (...) {
        // A log that cannot be written ends nothing.
      }
    }
    return !said.empty();
  }

  // The rings of this round. Only this thread forgets one.
  void TakeRings() {
    std::lock_guard lock(mutex_);
    std::erase_if(rings_, [this](const std::shared_ptr<LogRing>& ring) {
      if (ring.use_count() != 1 || !ring->empty()) return false;
      dropped_before_ += ring->dropped();
      return true;
    });
    turn_.clear();
    for (const auto& ring : rings_) turn_.push_back(ring.get());
  }

  system_clock::time_point TimeOf(const LogRecord& record) const {
    return system_clock::time_point(
        std::chrono::duration_cast<system_clock::duration>(
            nanoseconds(record.time) + wall_ahead_));
  }

  void Write(const LogRecord& record) {
    if (record.kind == LogRecord::Kind::kResponse &&
        (record.duration >= told_from_ || record.code != 0)) {
      Tell(record);
    }
    if (LevelOf(record) < level_) return;
    if (console_ == nullptr) return WriteToOther(record);
    if (buffer_used_ > kWriteBytes) WriteOut();
    char* end =
        formatter_.WriteLine(record, TimeOf(record), &buffer_[buffer_used_]);
    buffer_used_ = static_cast<size_t>(end - buffer_.data());
    ++lines_;
  }

  // To a sink that takes one message at a time.
  [[gnu::noinline]] void WriteToOther(const LogRecord& record) {
    text_.clear();
    formatter_.AppendMessage(record, text_);
    bool written = true;
    try {
      logger_->log(TimeOf(record), {}, LevelOf(record), text_);
    } catch (...) {
      written = false;
    }
    ++lines_;
    Count(written);
  }

  [[gnu::noinline]] void Tell(const LogRecord& record) {
    const bool wanted = record.duration >= wanted_from_ || record.code != 0;
    if (exemplars_ != nullptr) {
      exemplars_->Note(record, TimeOf(record));
      if (!wanted) examples_ = 0;
    }
    if (recent_ == nullptr || !wanted) {
      return AskWhatIsWanted();
    }
    recent_->Add(
        {.time = TimeOf(record),
         .method = std::string(record.method->path),
         .peer = std::string(record.peer()),
         .request_id = RequestIdText(record),
         .trace_id = TraceIdText(record),
         .code = static_cast<absl::StatusCode>(record.code),
         .duration_ns = record.duration,
         .slow = record.slow});
    AskWhatIsWanted();
  }

  void AskWhatIsWanted() {
    wanted_from_ = recent_ == nullptr
                       ? UINT64_MAX
                       : recent_->WantedFrom(system_clock::now());
    told_from_ = examples_ > 0 ? 0 : wanted_from_;
  }

  void WriteOut() {
    if (console_ == nullptr || lines_ == 0) return;
    const bool written = console_->WriteLines({buffer_.data(), buffer_used_});
    buffer_used_ = 0;
    Count(written);
  }

  void Count(bool written) {
    std::lock_guard lock(mutex_);
    (written ? written_ : failed_) += lines_;
    lines_ = 0;
  }

  const std::shared_ptr<spdlog::logger> logger_;
  const std::shared_ptr<RecentCalls> recent_;
  const std::shared_ptr<Exemplars> exemplars_;
  ConsoleSink* console_ = nullptr;  // whole buffers go there at once
  const std::shared_ptr<LogBell> bell_ = std::make_shared<LogBell>();
  // The thread's own.
  LogFormatter formatter_;
  std::string text_;  // for other sinks
  // Lines for the console, so many bytes of them.
  std::vector<char> buffer_ = std::vector<char>(kWriteBytes + kLongestLine);
  size_t buffer_used_ = 0;
  uint64_t lines_ = 0;  // not counted yet
  std::vector<LogRing*> turn_;
  // As they are in this round.
  nanoseconds wall_ahead_{0};
  spdlog::level::level_enum level_ = spdlog::level::off;
  uint64_t wanted_from_ = 0;
  uint64_t told_from_ = 0;  // the same, or 0 while examples are taken
  int examples_ = 0;        // that this round may still take

  mutable std::mutex mutex_;
  std::condition_variable round_over_;
  std::vector<std::shared_ptr<LogRing>> rings_;
  std::vector<Said> said_;
  uint64_t rounds_ = 0;
  uint64_t wanted_rounds_ = 0;  // without a pause before
  bool stopping_ = false;
  bool ended_ = false;
  uint64_t written_ = 0;
  uint64_t failed_ = 0;
  uint64_t dropped_before_ = 0;  // by rings that are gone
};

LogWriter::LogWriter(
    std::shared_ptr<spdlog::logger> logger,
    LogFormat format,
    std::shared_ptr<RecentCalls> recent,
    std::shared_ptr<Exemplars> exemplars)
    : worker_(std::make_shared<Worker>(
          std::move(logger), format, std::move(recent), std::move(exemplars))) {
}

absl::Status LogWriter::Start() {
  std::lock_guard lock(mutex_);
  if (thread_.joinable()) return absl::OkStatus();
  auto thread = system::StartThread(
      "hawkmount-log", "writes the log of calls", [worker = worker_] {
        worker->Run();
      });
  if (!thread.ok()) return thread.status();
  thread_ = *std::move(thread);
  return absl::OkStatus();
}

LogWriter::~LogWriter() {
  if (!thread_.joinable()) return;
  worker_->Stop(std::chrono::seconds(1)) ? thread_.join() : thread_.detach();
}

std::shared_ptr<LogRing> LogWriter::AddRing(size_t bytes) {
  return worker_->AddRing(bytes);
}

void LogWriter::Say(spdlog::level::level_enum level, std::string text) {
  worker_->Say(level, std::move(text));
}

bool LogWriter::Flush(std::chrono::milliseconds patience) {
  {
    std::lock_guard lock(mutex_);
    if (!thread_.joinable()) return true;
  }
  return worker_->Flush(patience);
}

LogWriter::Counts LogWriter::counts() const { return worker_->counts(); }

}  // namespace hawkmount::observe
