#include "engine/peer_cache.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace hawkmount::engine {

PeerCache::~PeerCache() {
  for (Entry& entry : entries_) {
    if (entry.connection != nullptr) {
      grpc_auth_context_release(entry.connection);
    }
  }
}

size_t PeerCache::Copy(grpc_call* call, char* to, size_t capacity) {
  char* peer = grpc_call_get_peer(call);
  const size_t size = std::min(std::strlen(peer), capacity);
  std::memcpy(to, peer, size);
  gpr_free(peer);
  return size;
}

const codegen::KnownPeer* PeerCache::Look(
    grpc_call* call, const void* guessed) {
  if (guessed == nullptr) return nullptr;
  grpc_auth_context* connection = grpc_call_auth_context(call);
  // One byte more than is kept: what fills it was cut.
  std::array<char, sizeof(codegen::KnownPeer::text) + 1> text;
  const size_t size = Copy(call, text.data(), text.size());
  // Core tells the second of a call that is cancelled: not what the connection
  // is to be known by from now on.
  const bool unfit =
      size == text.size() || std::string_view(text.data(), size) == "unknown";
  if (connection != guessed || unfit) {
    if (connection != nullptr) grpc_auth_context_release(connection);
    return nullptr;
  }
  Entry& entry = EntryOf(connection);
  if (entry.connection != nullptr) grpc_auth_context_release(entry.connection);
  entry.connection = connection;
  entry.peer.size = size;
  std::memcpy(entry.peer.text.data(), text.data(), size);
  return &entry.peer;
}

}  // namespace hawkmount::engine
