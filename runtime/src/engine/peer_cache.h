#ifndef HAWKMOUNT_ENGINE_PEER_CACHE_H_
#define HAWKMOUNT_ENGINE_PEER_CACHE_H_

#include <grpc/grpc_security.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/grpc_internals.h"
#include "hawkmount/codegen/call.h"

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

  // The address in gRPC's form, until the next call of this; null when it is
  // too long to be kept, or the connection has nothing to be told by.
  const codegen::KnownPeer* Find(grpc_call* call) {
    const void* connection = GuessConnection(call);
    const Entry& entry = EntryOf(connection);
    if (entry.connection != connection || connection == nullptr) [[unlikely]] {
      return Look(call, connection);
    }
    return &entry.peer;
  }

  // Asks core. Writes as much of the address as fits; how much it is.
  static size_t Copy(grpc_call* call, char* to, size_t capacity);

 private:
  // What core has one of for each connection stands for the connection. A
  // reference to it is held, so that no other gets its place in memory.
  struct Entry {
    grpc_auth_context* connection = nullptr;
    codegen::KnownPeer peer;
  };

  Entry& EntryOf(const void* connection) {
    // The upper bits of the product depend on all bits of the address.
    const uint64_t mixed =
        reinterpret_cast<uintptr_t>(connection) * 0x9e3779b97f4a7c15u;
    return entries_[mixed >> 57];
  }
  // Asks core, and keeps the answer if the guess was right.
  const codegen::KnownPeer* Look(grpc_call* call, const void* guessed);

  std::array<Entry, 128> entries_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_PEER_CACHE_H_
