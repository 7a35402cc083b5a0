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

namespace hawkmount {

// For blocking handlers: the calls wait.

template <class Request>
class Reader {
 public:
  explicit Reader(codegen::Call& call) : call_(&call) {}

  bool Read(Request& request) { return call_->Read(request); }

 private:
  codegen::Call* call_;
};

template <class Response>
class Writer {
 public:
  explicit Writer(codegen::Call& call) : call_(&call) {}

  bool Write(const Response& response, WriteMode mode = WriteMode::kNow) {
    return call_->Write(response, mode);
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
  bool await_resume() const { return ok; }

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
    return !call_.StartWrite(*this, mode_);
  }
  bool await_resume() const { return ok; }

 private:
  void OnCancel() override {}

  Call& call_;
  WriteMode mode_;
};

}  // namespace codegen

template <class Request>
class AsyncReader {
 public:
  explicit AsyncReader(codegen::Call& call) : call_(&call) {}

  codegen::ReadAwaiter Read(Request& request) { return {*call_, request}; }

 private:
  codegen::Call* call_;
};

template <class Response>
class AsyncWriter {
 public:
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
