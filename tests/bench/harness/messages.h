#ifndef HAWKMOUNT_BENCH_HARNESS_MESSAGES_H_
#define HAWKMOUNT_BENCH_HARNESS_MESSAGES_H_

#include "bench.pb.h"

namespace hawkmount::bench {

// What the clients send: 32 bytes of text.
EchoRequest SmallRequest();

// A nested message of some 3 kB.
Big BigRequest();

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_MESSAGES_H_
