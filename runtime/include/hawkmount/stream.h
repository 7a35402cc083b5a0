#ifndef HAWKMOUNT_STREAM_H_
#define HAWKMOUNT_STREAM_H_

// The streams that handlers read and write. Each belongs to one call. A read
// and a write may be under way at the same time, but not two of either.
//
// Read is false when the caller has no more messages or is gone; Write is false
// when nobody will receive the message. After a false, only the status is left
// to return.

#include <coroutine>

#include "hawkmount/codegen/call.h"
#include "hawkmount/codegen/message_hooks.h"

namespace hawkmount {

// For blocking handlers: the calls wait.

template <class RequestType>
class Reader {
 public:
  using Request = RequestType;

  explicit Reader(codegen::Call& call) : call_(&call) {}

  bool Read(Request& request) {
    codegen::MessageHooks* hooks = call_->record.messages;
    return call_->Read(request) &&
           (hooks == nullptr || hooks->Received(request));
  }

 private:
  codegen::Call* call_;
};

template <class ResponseType>
class Writer {
 public:
  using Response = ResponseType;

  explicit Writer(codegen::Call& call) : call_(&call) {}

  bool Write(const Response& response, WriteMode mode = WriteMode::kNow) {
    codegen::MessageHooks* hooks = call_->record.messages;
    if (hooks == nullptr) return call_->Write(response, mode);
    const google::protobuf::MessageLite* sent = hooks->Sending(response);
    return sent != nullptr && call_->Write(*sent, mode);
  }

 private:
  codegen::Call* call_;
};

template <class Request, class Response>
class BidiStream : public Reader<Request>, public Writer<Response> {
 public:
  explicit BidiStream(codegen::Call& call)
      : Reader<Request>(call), Writer<Response>(call) {}
};

// For coroutines: `while (co_await stream.Read(request))`.

namespace codegen {

class [[nodiscard]] ReadAwaiter final : private StreamWaiter {
 public:
  ReadAwaiter(Call& call, google::protobuf::MessageLite& into) : call_(call) {
    message = &into;
  }

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    coroutine = handle;
    environment = handle.promise().environment;
    return !call_.StartRead(*this);
  }
  bool await_resume() const {
    MessageHooks* hooks = call_.record.messages;
    return ok && (hooks == nullptr || hooks->Received(*message));
  }

 private:
  void OnCancel() override { call_.GiveUpRead(*this); }

  Call& call_;
};

class [[nodiscard]] WriteAwaiter final : private StreamWaiter {
 public:
  WriteAwaiter(
      Call& call, const google::protobuf::MessageLite& from, WriteMode mode)
      : call_(call), mode_(mode) {
    message = const_cast<google::protobuf::MessageLite*>(&from);
  }

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    coroutine = handle;
    environment = handle.promise().environment;
    if (MessageHooks* hooks = call_.record.messages; hooks != nullptr) {
      const google::protobuf::MessageLite* sent = hooks->Sending(*message);
      if (sent == nullptr) return false;
      message = const_cast<google::protobuf::MessageLite*>(sent);
    }
    return !call_.StartWrite(*this, mode_);
  }
  bool await_resume() const { return ok; }

 private:
  void OnCancel() override {}

  Call& call_;
  WriteMode mode_;
};

}  // namespace codegen

template <class RequestType>
class AsyncReader {
 public:
  using Request = RequestType;

  explicit AsyncReader(codegen::Call& call) : call_(&call) {}

  codegen::ReadAwaiter Read(Request& request) { return {*call_, request}; }

 private:
  codegen::Call* call_;
};

template <class ResponseType>
class AsyncWriter {
 public:
  using Response = ResponseType;

  explicit AsyncWriter(codegen::Call& call) : call_(&call) {}

  codegen::WriteAwaiter Write(
      const Response& response, WriteMode mode = WriteMode::kNow) {
    return {*call_, response, mode};
  }

 private:
  codegen::Call* call_;
};

template <class Request, class Response>
class AsyncBidiStream : public AsyncReader<Request>,
                        public AsyncWriter<Response> {
 public:
  explicit AsyncBidiStream(codegen::Call& call)
      : AsyncReader<Request>(call), AsyncWriter<Response>(call) {}
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_STREAM_H_
