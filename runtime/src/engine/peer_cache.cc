#include "engine/peer_cache.h"

#include <algorithm>

namespace hawkmount::engine {

PeerCache::~PeerCache() {
  for (Entry& entry : entries_) {
    if (entry.connection != nullptr) {
      grpc_auth_context_release(entry.connection);
    }
  }
}

size_t PeerCache::Look(
    grpc_call* call, grpc_auth_context* connection, char* to, size_t capacity) {
  char* peer = grpc_call_get_peer(call);
  const size_t length = std::strlen(peer);
  const size_t size = std::min(length, capacity);
  std::memcpy(to, peer, size);
  gpr_free(peer);
  if (connection == nullptr) return size;
  Entry& entry = EntryOf(connection);
  if (size < length || size > entry.text.size()) {
    grpc_auth_context_release(connection);
    return size;
  }
  if (entry.connection != nullptr) grpc_auth_context_release(entry.connection);
  entry.connection = connection;
  entry.size = size;
  std::memcpy(entry.text.data(), to, size);
  return size;
}

}  // namespace hawkmount::engine
