#ifndef HAWKMOUNT_PROTOC_MODEL_H_
#define HAWKMOUNT_PROTOC_MODEL_H_

#include <string>
#include <vector>

namespace hawkmount::protoc {

// What the emitters know of a schema. Every name stands here as it is printed:
// nothing is decided after this.

enum class MethodKind { kUnary, kServerStream, kClientStream, kBidiStream };

struct HookModel {
  std::string type;  // "MetricsHook"
  std::string name;  // "metrics"
};

// What interceptors go by.
struct PolicyModel {
  std::vector<std::string> scopes;
  bool is_public = false;
  std::string rate;  // ".per_second = 100, .burst = 20", or nothing
  std::vector<std::string> redacted;  // full names of fields, sorted

  bool empty() const {
    return scopes.empty() && !is_public && rate.empty() && redacted.empty();
  }
};

struct MethodModel {
  std::string path;     // on the wire: "/acme.greeter.v1.Greeter/SayHello"
  std::string comment;  // lines that begin with "//", or nothing
  MethodKind kind = MethodKind::kUnary;
  bool deprecated = false;

  // C++ types: "SayHelloRequest", "::google::protobuf::Empty"
  std::string request;
  std::string response;

  std::string name;          // "SayHello", "delete_"
  std::string async;         // "SayHelloAsync"
  std::string context;       // "SayHelloContext"
  std::string stream;        // "ChatStream"
  std::string async_stream;  // "ChatAsyncStream"
  std::string call;          // "SayHelloCall"
  std::string constant;      // "kSayHello"
  std::string policy_class;  // "PolicyOfSayHello"
  std::string fake;          // "OnSayHello"
  std::string fake_member;   // "SayHelloFake_"

  std::string idempotency;  // "kIdempotent", or nothing
  PolicyModel policy;

  std::vector<HookModel> hooks;  // the outermost first
  std::string timeout;           // "std::chrono::seconds(2)", or nothing
  std::string max_in_flight;     // "64", or nothing
  std::string log_sampling;      // "0.25", or nothing
};

struct ServiceModel {
  std::string full_name;  // "acme.greeter.v1.Greeter"
  std::string comment;
  bool deprecated = false;
  std::vector<std::string> serve_as;  // full names

  std::string methods_class;     // "GreeterMethods"
  std::string handler_class;     // "GreeterHandler"
  std::string styles_class;      // "GreeterStyles"
  std::string chain_class;       // "GreeterChain"
  std::string mount_class;       // "GreeterMount"
  std::string client_class;      // "GreeterClient"
  std::string calls_class;       // "GreeterCalls"
  std::string fake_class;        // "FakeGreeter"
  std::string mock_class;        // "MockGreeterHandler"
  std::string async_fake_class;  // "FakeAsyncGreeter"
  std::string async_mock_class;  // "MockAsyncGreeterHandler"

  std::vector<MethodModel> methods;
};

struct FileModel {
  std::string source;          // "acme/greeter.proto"
  std::string message_header;  // "acme/greeter.pb.h"
  std::string header;          // "acme/greeter.hawkmount.pb.h"
  std::string implementation;  // "acme/greeter.hawkmount.pb.cc"
  std::string testing_header;  // "acme/greeter.hawkmount.testing.h"
  std::string guard;           // "HAWKMOUNT_GENERATED_ACME_GREETER_PROTO_H_"
  std::string cpp_namespace;   // "acme::greeter::v1", or nothing
  // Whether the schema has a scope of its own named as one of those that
  // generated code refers to, so that it must say "::hawkmount", "::std" ...
  bool rooted = false;
  std::vector<ServiceModel> services;
};

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_MODEL_H_
