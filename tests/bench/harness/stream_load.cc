#include "harness/stream_load.h"

#include <algorithm>
#include <vector>

#include "bench.grpc.pb.h"
#include "harness/messages.h"

namespace hawkmount::bench {
namespace {

// A stream as its queue's tags name it. OnEvent is told each time what it
// started last is over, and says whether there is more to wait for.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual bool OnEvent(bool ok) = 0;
};

// Waits until `active` streams want no further events.
void Drive(grpc::CompletionQueue& queue, int active) {
  void* tag;
  bool ok;
  while (active > 0 && queue.Next(&tag, &ok)) {
    if (!static_cast<Stream*>(tag)->OnEvent(ok)) --active;
  }
}

class Download final : public Stream {
 public:
  Download(Echo::Stub& stub, grpc::CompletionQueue& queue, int messages)
      : left_(messages) {
    EchoRequest request = SmallRequest();
    request.set_count(messages);
    stream_ = stub.AsyncDownload(&context_, request, &queue, this);
  }

  bool OnEvent(bool ok) override {
    switch (state_) {
      case State::kStarting:
        state_ = State::kReading;
        stream_->Read(&reply_, this);
        return true;
      case State::kReading:
        if (ok) {
          --left_;
          stream_->Read(&reply_, this);
        } else {
          state_ = State::kFinishing;
          stream_->Finish(&status_, this);
        }
        return true;
      case State::kFinishing:
        break;
    }
    return false;
  }

  bool complete() const { return status_.ok() && left_ == 0; }

 private:
  enum class State { kStarting, kReading, kFinishing };

  State state_ = State::kStarting;
  int left_;
  grpc::ClientContext context_;
  EchoReply reply_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncReader<EchoReply>> stream_;
};

// Says `lines` lines, each when the one before is answered; then, if it is not
// to stay open, hangs up.
class Chat final : public Stream {
 public:
  Chat(Echo::Stub& stub, grpc::CompletionQueue& queue, int lines, bool stay)
      : left_(lines), stay_(stay) {
    stream_ = stub.AsyncChat(&context_, &queue, this);
  }

  bool OnEvent(bool ok) override {
    if (state_ == State::kFinishing) return false;
    if (!ok) return Finish();
    switch (state_) {
      case State::kReading:
        if (--left_ == 0) return !stay_ && HangUp();
        [[fallthrough]];
      case State::kStarting:
        state_ = State::kWriting;
        stream_->Write(request_, this);
        return true;
      case State::kWriting:
        state_ = State::kReading;
        stream_->Read(&reply_, this);
        return true;
      default:
        return Finish();
    }
  }

  // Ends a chat that is open; false when it has ended.
  bool Cancel() {
    if (state_ == State::kFinishing) return false;
    context_.TryCancel();
    return Finish();
  }

  bool answered() const { return status_.ok() && left_ == 0; }

 private:
  enum class State { kStarting, kWriting, kReading, kHangingUp, kFinishing };

  bool HangUp() {
    state_ = State::kHangingUp;
    stream_->WritesDone(this);
    return true;
  }
  bool Finish() {
    state_ = State::kFinishing;
    stream_->Finish(&status_, this);
    return true;
  }

  State state_ = State::kStarting;
  int left_;
  const bool stay_;
  grpc::ClientContext context_;
  const EchoRequest request_ = SmallRequest();
  EchoReply reply_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<EchoRequest, EchoReply>>
      stream_;
};

}  // namespace

bool RunDownloads(
    const std::shared_ptr<grpc::Channel>& channel, int streams, int messages) {
  const auto stub = Echo::NewStub(channel);
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Download>> downloads;
  for (int i = 0; i < streams; ++i) {
    downloads.push_back(std::make_unique<Download>(*stub, queue, messages));
  }
  Drive(queue, streams);
  bool complete = true;
  for (const auto& download : downloads) complete &= download->complete();
  return complete;
}

bool RunChats(
    const std::shared_ptr<grpc::Channel>& channel, int streams, int messages) {
  const auto stub = Echo::NewStub(channel);
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Chat>> chats;
  for (int i = 0; i < streams; ++i) {
    chats.push_back(std::make_unique<Chat>(*stub, queue, messages, false));
  }
  Drive(queue, streams);
  bool answered = true;
  for (const auto& chat : chats) answered &= chat->answered();
  return answered;
}

struct IdleChats::Chats {
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Chat>> all;
};

IdleChats::IdleChats() : chats_(std::make_unique<Chats>()) {}

IdleChats::~IdleChats() {
  int open = 0;
  for (const auto& chat : chats_->all) open += chat->Cancel() ? 1 : 0;
  Drive(chats_->queue, open);
}

bool IdleChats::Open(
    const std::shared_ptr<grpc::Channel>& channel, int streams) {
  const auto stub = Echo::NewStub(channel);
  // Not all at once: a stampede would measure the queues it makes.
  constexpr int kAtOnce = 50;
  for (int opened = 0; opened < streams; opened += kAtOnce) {
    const int now = std::min(kAtOnce, streams - opened);
    for (int i = 0; i < now; ++i) {
      chats_->all.push_back(
          std::make_unique<Chat>(*stub, chats_->queue, 1, true));
    }
    Drive(chats_->queue, now);
  }
  bool answered = true;
  for (const auto& chat : chats_->all) answered &= chat->answered();
  return answered;
}

}  // namespace hawkmount::bench
