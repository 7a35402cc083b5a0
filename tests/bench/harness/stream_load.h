#ifndef HAWKMOUNT_BENCH_HARNESS_STREAM_LOAD_H_
#define HAWKMOUNT_BENCH_HARNESS_STREAM_LOAD_H_

#include <grpcpp/grpcpp.h>

#include <memory>

namespace hawkmount::bench {

// Downloads of `messages` each, `streams` at the same time, each once. True
// when every message came.
bool RunDownloads(
    const std::shared_ptr<grpc::Channel>& channel, int streams, int messages);

// Chats that say a line and wait for the answer, `messages` times, `streams` at
// the same time. True when every answer came.
bool RunChats(
    const std::shared_ptr<grpc::Channel>& channel, int streams, int messages);

// Chats that said one line, were answered, and are open until this goes.
class IdleChats {
 public:
  IdleChats();
  ~IdleChats();
  IdleChats(const IdleChats&) = delete;
  IdleChats& operator=(const IdleChats&) = delete;

  // Opens so many more on a channel. True when all were answered.
  bool Open(const std::shared_ptr<grpc::Channel>& channel, int streams);

 private:
  struct Chats;

  std::unique_ptr<Chats> chats_;
};

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_STREAM_LOAD_H_
