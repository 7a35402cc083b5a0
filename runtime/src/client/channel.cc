#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "hawkmount/client.h"

namespace hawkmount {

Channel Channel::Insecure(const std::string& address, ChannelOptions options) {
  return Channel(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()),
      std::move(options));
}

}  // namespace hawkmount
