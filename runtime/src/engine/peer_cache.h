#ifndef HAWKMOUNT_ENGINE_PEER_CACHE_H_
#define HAWKMOUNT_ENGINE_PEER_CACHE_H_

#include <array>
#include <cstddef>
#include <string_view>

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

  // Writes as much of the address, in gRPC's form, as fits; how much that is.
  size_t Copy(grpc_call* call, char* to, size_t capacity);

 private:
  // What core has one of for each connection stands for the connection. A
  // reference to it is held, so that no other gets its place in memory.
  struct Entry {
    grpc_auth_context* connection = nullptr;
    unsigned char size = 0;
    std::array<char, 63> text;
  };

  static size_t CopyFromCore(grpc_call* call, char* to, size_t capacity);

  std::array<Entry, 128> entries_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_PEER_CACHE_H_
