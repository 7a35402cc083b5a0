#ifndef HAWKMOUNT_TLS_PEER_IDENTITY_H_
#define HAWKMOUNT_TLS_PEER_IDENTITY_H_

#include <grpc/grpc.h>

#include "hawkmount/tls.h"

namespace hawkmount::tls {

// Who is on the other side, as TLS has verified; empty where it has not.
PeerIdentity PeerIdentityOf(grpc_call* call);

}  // namespace hawkmount::tls

#endif  // HAWKMOUNT_TLS_PEER_IDENTITY_H_
