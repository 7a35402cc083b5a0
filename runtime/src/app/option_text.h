#ifndef HAWKMOUNT_APP_OPTION_TEXT_H_
#define HAWKMOUNT_APP_OPTION_TEXT_H_

#include <grpcpp/security/server_credentials.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>

#include "hawkmount/mount_options.h"

namespace hawkmount::app {

// Values of options, as people read them.
std::string Text(int value);
std::string Text(size_t value);
std::string Text(std::chrono::milliseconds value);  // "1500 ms"
std::string Text(Compression value);
std::string Text(const std::string& value);
std::string Text(const std::variant<int, std::string>& value);
std::string Text(const TlsOptions& value);  // its files, never their contents
std::string Text(const std::shared_ptr<grpc::ServerCredentials>& value);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_OPTION_TEXT_H_
