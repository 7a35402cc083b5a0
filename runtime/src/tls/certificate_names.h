#ifndef HAWKMOUNT_TLS_CERTIFICATE_NAMES_H_
#define HAWKMOUNT_TLS_CERTIFICATE_NAMES_H_

#include <openssl/x509.h>

#include "hawkmount/tls.h"

namespace hawkmount::tls {

// Whom a certificate is for, spelled as gRPC spells its peers.
PeerIdentity NamesOf(X509& certificate);

}  // namespace hawkmount::tls

#endif  // HAWKMOUNT_TLS_CERTIFICATE_NAMES_H_
