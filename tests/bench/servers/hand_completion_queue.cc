#include <memory>
#include <thread>

#include "servers/hand_servers.h"

namespace hawkmount::bench {
namespace {

struct Server {
  explicit Server(CallgrindWindow& window) : window(window) {}

  CallgrindWindow& window;
  Echo::AsyncService service;
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
  std::unique_ptr<grpc::Server> server;
};

// A call, and the tag of all that it waits for.
class Call {
 public:
  virtual ~Call() = default;
  virtual void OnEvent(bool ok) = 0;
};

// The unary methods, by how the generated service takes a call of each.
struct UnaryMethod {
  using Request = EchoRequest;
  using Reply = EchoReply;
  static constexpr auto kTake = &Echo::AsyncService::RequestUnary;
};
struct BigUnaryMethod {
  using Request = Big;
  using Reply = Big;
  static constexpr auto kTake = &Echo::AsyncService::RequestBigUnary;
};

template <class Method>
class UnaryCall final : public Call {
 public:
  explicit UnaryCall(Server& server) : server_(server), writer_(&context_) {
    (server.service.*Method::kTake)(
        &context_,
        &request_,
        &writer_,
        server.queue.get(),
        server.queue.get(),
        this);
  }

  void OnEvent(bool ok) override {
    if (!ok || finishing_) {
      delete this;
      return;
    }
    new UnaryCall(server_);
    server_.window.Count();
    Answer(request_, reply_);
    finishing_ = true;
    writer_.Finish(reply_, grpc::Status::OK, this);
  }

 private:
  Server& server_;
  grpc::ServerContext context_;
  typename Method::Request request_;
  typename Method::Reply reply_;
  grpc::ServerAsyncResponseWriter<typename Method::Reply> writer_;
  bool finishing_ = false;
};

class DownloadCall final : public Call {
 public:
  explicit DownloadCall(Server& server) : server_(server), writer_(&context_) {
    server.service.RequestDownload(
        &context_,
        &request_,
        &writer_,
        server.queue.get(),
        server.queue.get(),
        this);
  }

  void OnEvent(bool ok) override {
    if (state_ == State::kTaking && ok) {
      new DownloadCall(server_);
      state_ = State::kWriting;
    }
    if (!ok || state_ != State::kWriting) {
      delete this;
    } else if (sent_ < request_.count()) {
      server_.window.Count();
      Answer(request_, reply_);
      reply_.set_number(++sent_);
      writer_.Write(reply_, this);
    } else {
      state_ = State::kFinishing;
      writer_.Finish(grpc::Status::OK, this);
    }
  }

 private:
  enum class State { kTaking, kWriting, kFinishing };

  Server& server_;
  State state_ = State::kTaking;
  uint32_t sent_ = 0;
  grpc::ServerContext context_;
  EchoRequest request_;
  EchoReply reply_;
  grpc::ServerAsyncWriter<EchoReply> writer_;
};

class ChatCall final : public Call {
 public:
  explicit ChatCall(Server& server) : server_(server), stream_(&context_) {
    server.service.RequestChat(
        &context_, &stream_, server.queue.get(), server.queue.get(), this);
  }

  void OnEvent(bool ok) override {
    switch (state_) {
      case State::kTaking:
        if (!ok) {
          delete this;
          return;
        }
        new ChatCall(server_);
        Read();
        return;
      case State::kReading:
        if (!ok) {
          Finish();
          return;
        }
        server_.window.Count();
        Answer(request_, reply_);
        state_ = State::kWriting;
        stream_.Write(reply_, this);
        return;
      case State::kWriting:
        ok ? Read() : Finish();
        return;
      case State::kFinishing:
        delete this;
        return;
    }
  }

 private:
  enum class State { kTaking, kReading, kWriting, kFinishing };

  void Read() {
    state_ = State::kReading;
    stream_.Read(&request_, this);
  }
  void Finish() {
    state_ = State::kFinishing;
    stream_.Finish(grpc::Status::OK, this);
  }

  Server& server_;
  State state_ = State::kTaking;
  grpc::ServerContext context_;
  EchoRequest request_;
  EchoReply reply_;
  grpc::ServerAsyncReaderWriter<EchoReply, EchoRequest> stream_;
};

void ServeEvents(grpc::CompletionQueue& queue) {
  void* tag;
  bool ok;
  while (queue.Next(&tag, &ok)) static_cast<Call*>(tag)->OnEvent(ok);
}

}  // namespace

int StartCompletionQueueServer(CallgrindWindow& window) {
  int port = 0;
  auto* server = new Server(window);
  grpc::ServerBuilder builder;
  server->queue = builder.AddCompletionQueue();
  server->server = Listen(builder, server->service, port);
  // As many calls as are in flight find one that waits for them.
  for (int i = 0; i < 32; ++i) {
    new UnaryCall<UnaryMethod>(*server);
    new UnaryCall<BigUnaryMethod>(*server);
    new DownloadCall(*server);
    new ChatCall(*server);
  }
  std::thread([server] { ServeEvents(*server->queue); }).detach();
  return port;
}

}  // namespace hawkmount::bench
