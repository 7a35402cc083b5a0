#ifndef HAWKMOUNT_APP_BUILDER_ARGUMENTS_H_
#define HAWKMOUNT_APP_BUILDER_ARGUMENTS_H_

#include <string>

#include "app/server_options.h"
#include "listen/listener.h"

namespace grpc {
class ServerBuilder;
}  // namespace grpc

namespace hawkmount::app {

// Sets what a server is to do with its connections and messages. Credentials,
// ports, the cap of calls and of connections are not gRPC's to know.
void Apply(const ServerOptions& options, grpc::ServerBuilder& builder);

// What the server's listener is to do. Without a number of connections it is
// what the limit of open files allows now: raise that first.
listen::ListenerOptions ForListener(const ServerOptions& options);

// The option that says what a channel argument of gRPC's says; "" when there is
// none.
std::string OptionForArgument(const std::string& name);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_BUILDER_ARGUMENTS_H_
