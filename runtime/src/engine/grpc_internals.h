#ifndef HAWKMOUNT_ENGINE_GRPC_INTERNALS_H_
#define HAWKMOUNT_ENGINE_GRPC_INTERNALS_H_

// All that hawkmount uses of gRPC beyond its public headers' public names, but
// tls/grpc_internals.h. When a newer gRPC moves something, these are the files
// to change.

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/codegen/completion_queue_tag.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hawkmount/method.h"

// Exported by libgrpc, declared in none of its public headers: the flags of the
// message that a call received last.
uint32_t grpc_call_test_only_get_message_flags(grpc_call* call);

// Likewise: what parts of core keep with a call.
enum grpc_context_index : unsigned;
void* grpc_call_context_get(grpc_call* call, grpc_context_index index);

namespace hawkmount::engine {

// What core has one of for each connection, as grpc_call_auth_context tells,
// but without a reference: for comparison alone. Only a guess, since it is the
// first member of a struct of core's own: who uses it makes sure that it is
// right.
inline const void* GuessConnection(grpc_call* call) {
  const void* security = grpc_call_context_get(call, grpc_context_index{0});
  return security == nullptr ? nullptr
                             : *static_cast<const void* const*>(security);
}

inline bool ReceivedCompressed(grpc_call* call) {
  // As core marks a message that is compressed, and one that was.
  constexpr uint32_t kCompressed = 0x80000000u;
  constexpr uint32_t kWasCompressed = 0x40000000u;
  return (grpc_call_test_only_get_message_flags(call) &
          (kCompressed | kWasCompressed)) != 0;
}

inline grpc::internal::RpcMethod::RpcType ToRpcType(MethodKind kind) {
  using grpc::internal::RpcMethod;
  switch (kind) {
    case MethodKind::kUnary:
      return RpcMethod::NORMAL_RPC;
    case MethodKind::kClientStream:
      return RpcMethod::CLIENT_STREAMING;
    case MethodKind::kServerStream:
      return RpcMethod::SERVER_STREAMING;
    case MethodKind::kBidiStream:
      break;
  }
  return RpcMethod::BIDI_STREAMING;
}

// A service whose calls the engine takes from gRPC's core itself: it only tells
// the server which paths there are.
class RegisteredService final : public grpc::Service {
 public:
  // The index of the method in this service.
  size_t Add(std::string path, MethodKind kind) {
    paths_.push_back(std::make_unique<std::string>(std::move(path)));
    auto* method = new grpc::internal::RpcServiceMethod(
        paths_.back()->c_str(), ToRpcType(kind), nullptr);
    AddMethod(method);
    methods_.push_back(method);
    MarkMethodAsync(static_cast<int>(methods_.size()) - 1);
    return methods_.size() - 1;
  }

  // What core calls the method, once the server is built.
  void* CoreTag(size_t method) const { return methods_[method]->server_tag(); }

 private:
  std::vector<std::unique_ptr<std::string>> paths_;
  // Owned by grpc::Service.
  std::vector<grpc::internal::RpcServiceMethod*> methods_;
};

// The server behind an initializer, which gRPC keeps private: naming a private
// member is allowed where a template is instantiated.
template <class Tag, typename Tag::Member kMember>
struct MemberOf {
  friend typename Tag::Member Reveal(Tag) { return kMember; }
};
struct ServerOfInitializer {
  using Member = grpc::Server* grpc::ServerInitializer::*;
  friend Member Reveal(ServerOfInitializer);
};
template struct MemberOf<
    ServerOfInitializer,
    &grpc::ServerInitializer::server_>;

// Tells when somebody else's builder has started its server.
class StartedOption final : public grpc::ServerBuilderOption {
 public:
  using Callback = std::function<void(grpc::Server&)>;

  explicit StartedOption(Callback callback) : callback_(std::move(callback)) {}

  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>*
                         plugins) override {
    plugins->push_back(std::make_unique<Plugin>(callback_));
  }

 private:
  class Plugin final : public grpc::ServerBuilderPlugin {
   public:
    explicit Plugin(Callback callback) : callback_(std::move(callback)) {}
    std::string name() override { return "hawkmount"; }
    void InitServer(grpc::ServerInitializer*) override {}
    void Finish(grpc::ServerInitializer* initializer) override {
      callback_(*(initializer->*Reveal(ServerOfInitializer())));
    }
    void ChangeArguments(const std::string&, void*) override {}
    bool has_async_methods() const override { return true; }

   private:
    Callback callback_;
  };

  Callback callback_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_GRPC_INTERNALS_H_
