#ifndef HAWKMOUNT_ENGINE_PEER_CACHE_H_
#define HAWKMOUNT_ENGINE_PEER_CACHE_H_

#include <grpc/grpc_security.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/grpc_internals.h"

namespace hawkmount::engine {

// The addresses of the callers on connections that were seen lately: gRPC makes
// a copy for whoever asks, which costs more than all other hooks of a call.
// Belongs to one thread.
class PeerCache {
 public:
  PeerCache() = default;
  ~PeerCache();
  PeerCache(const PeerCache&) = delete;
  PeerCache& operator=(const PeerCache&) = delete;

  // Writes as much of the address, in gRPC's form, as fits, and maybe some
  // bytes more; how much it is.
  size_t Copy(grpc_call* call, char* to, size_t capacity) {
    grpc_auth_context* connection = grpc_call_auth_context(call);
    const Entry& entry = EntryOf(connection);
    if (connection == nullptr || entry.connection != connection ||
        capacity < sizeof(entry.text)) {
      return Look(call, connection, to, capacity);
    }
    std::memcpy(to, entry.text.data(), sizeof(entry.text));
    grpc_auth_context_release(connection);
    return entry.size;
  }

 private:
  // What core has one of for each connection stands for the connection. A
  // reference to it is held, so that no other gets its place in memory.
  struct Entry {
    grpc_auth_context* connection = nullptr;
    size_t size = 0;
    std::array<char, 48> text{};
  };

  Entry& EntryOf(const grpc_auth_context* connection) {
    // The upper bits of the product depend on all bits of the address.
    const uint64_t mixed =
        reinterpret_cast<uintptr_t>(connection) * 0x9e3779b97f4a7c15u;
    return entries_[mixed >> 57];
  }
  // Asks core, and keeps the answer.
  size_t Look(
      grpc_call* call,
      grpc_auth_context* connection,
      char* to,
      size_t capacity);

  std::array<Entry, 128> entries_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_PEER_CACHE_H_
