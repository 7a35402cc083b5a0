#ifndef HAWKMOUNT_BENCH_SERVERS_ANSWER_H_
#define HAWKMOUNT_BENCH_SERVERS_ANSWER_H_

#include "bench.pb.h"

namespace hawkmount::bench {

// What the handlers of all servers do.
inline void Answer(const EchoRequest& request, EchoReply& reply) {
  reply.set_text(request.text());
  reply.set_number(request.number());
}
inline void Answer(const Big& request, Big& reply) { reply.CopyFrom(request); }

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_SERVERS_ANSWER_H_
