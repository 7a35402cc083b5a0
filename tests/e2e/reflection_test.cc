// grpc.reflection.v1 and v1alpha over real connections.

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <set>

#include "grpc/reflection/v1/reflection.hawkmount.pb.h"
#include "handlers.h"
#include "health/service.h"
#include "observe.pb.h"
#include "reflection/service.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using google::protobuf::FileDescriptorProto;
using grpc::reflection::v1::ServerReflectionClient;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

constexpr char kGreeter[] = "acme.greeter.v1.Greeter";
constexpr hawkmount::Method kAlpha{
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    hawkmount::MethodKind::kBidiStream};

// Of a file that imports hawkmount/options.proto and whose services are not
// shown; linked because of this line.
const google::protobuf::Descriptor* const kHidden =
    acme::observe::v1::Ping::descriptor();

// The greeter under further names, as (hawkmount.service).serve_as does it.
class AliasedMount final : public hawkmount::Mount {
 public:
  explicit AliasedMount(const hawkmount::Mount& greeter)
      : Mount(
            kEntry,
            greeter.handler(),
            {hawkmount::kCoroutine,
             hawkmount::kCoroutine,
             hawkmount::kCoroutine,
             hawkmount::kCoroutine}) {
    kEntry.methods = greeter.service().methods;
  }

 private:
  static constexpr std::string_view kNames[] = {
      "acme.greeter.v1beta1.Salute", "NoPackage", "acme.lite.v1.Pinger"};
  static inline hawkmount::codegen::ServiceEntry kEntry{kGreeter, {}, kNames};
};

class ReflectionTest : public testing::Test {
 protected:
  using Stream = ServerReflectionClient::ServerReflectionInfoStream;

  void SetUp() override {
    handle_ = &app_.Mount(
        service_.mount(),
        {.host = "127.0.0.1", .port = 0, .observability = false});
    const absl::Status started = app_.Start();
    ASSERT_TRUE(started.ok()) << started;
    stream_.emplace(Open());
  }

  Stream Open(
      const hawkmount::Method& method = grpc::reflection::v1::
          ServerReflectionMethods::kServerReflectionInfo) {
    return Stream(
        {hawkmount::Channel::Insecure(
             "127.0.0.1:" + std::to_string(handle_->port())),
         method,
         {.timeout = 60s},
         nullptr});
  }

  ServerReflectionResponse Ask(const ServerReflectionRequest& request) {
    ServerReflectionResponse response;
    EXPECT_TRUE(stream_->Write(request));
    EXPECT_TRUE(stream_->Read(response));
    EXPECT_EQ(
        response.original_request().SerializeAsString(),
        request.SerializeAsString());
    return response;
  }

  // The names of the files, the one that was asked for first.
  std::vector<std::string> Files(const ServerReflectionResponse& response) {
    std::vector<std::string> names;
    for (const std::string& bytes :
         response.file_descriptor_response().file_descriptor_proto()) {
      EXPECT_TRUE(file_.ParseFromString(bytes));
      names.push_back(file_.name());
      files_[file_.name()] = file_;
    }
    return names;
  }

  std::string First(const ServerReflectionResponse& response) {
    const std::vector<std::string> names = Files(response);
    return names.empty() ? response.ShortDebugString() : names.front();
  }

  ServerReflectionResponse BySymbol(const std::string& symbol) {
    ServerReflectionRequest request;
    request.set_file_containing_symbol(symbol);
    return Ask(request);
  }
  ServerReflectionResponse ByName(const std::string& name) {
    ServerReflectionRequest request;
    request.set_file_by_filename(name);
    return Ask(request);
  }

  std::vector<std::string> List() {
    ServerReflectionRequest request;
    request.set_list_services("anything");
    const ServerReflectionResponse response = Ask(request);
    std::vector<std::string> names;
    for (const auto& service : response.list_services_response().service()) {
      names.push_back(service.name());
    }
    return names;
  }

  void ExpectNotFound(const ServerReflectionResponse& response) {
    EXPECT_EQ(response.error_response().error_code(), 5)
        << response.ShortDebugString();
  }

  CoroutineGreeter greeter_;
  const AliasedMount greeter_mount_{GreeterMount(greeter_)};
  hawkmount::health::Service health_{
      std::make_shared<hawkmount::health::Board>(), nullptr};
  hawkmount::reflection::Service service_{{&greeter_mount_, &health_.mount()}};
  hawkmount::App app_{Quiet()};
  hawkmount::MountHandle* handle_ = nullptr;
  std::optional<Stream> stream_;
  FileDescriptorProto file_;
  std::map<std::string, FileDescriptorProto> files_;
};

using Names = std::vector<std::string>;

TEST_F(ReflectionTest, ListsWhatIsShownAndTheStandardServices) {
  EXPECT_EQ(
      List(),
      (Names{
          "NoPackage",
          "acme.greeter.v1.Greeter",
          "acme.greeter.v1beta1.Salute",
          "acme.lite.v1.Pinger",
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection"}));
}

TEST_F(ReflectionTest, V1AlphaIsTheSame) {
  const Names v1 = List();
  stream_.emplace(Open(kAlpha));
  EXPECT_EQ(List(), v1);
}

// With all of them a client can build what is listed.
TEST_F(ReflectionTest, EveryListedServiceIsThereWithItsImports) {
  const auto not_generated =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          "grpc.health.v1.Health");
  ASSERT_EQ(not_generated, nullptr);
  for (const std::string& name : List()) {
    Files(BySymbol(name));
  }
  google::protobuf::DescriptorPool pool;
  for (size_t round = 0; round < files_.size(); ++round) {
    for (const auto& [name, file] : files_) {
      if (pool.FindFileByName(name) != nullptr) continue;
      bool complete = true;
      for (const std::string& import : file.dependency()) {
        complete &= pool.FindFileByName(import) != nullptr;
      }
      if (!complete) continue;
      ASSERT_NE(pool.BuildFile(file), nullptr) << name;
    }
  }
  for (const std::string& name : List()) {
    EXPECT_NE(pool.FindServiceByName(name), nullptr) << name;
  }
  const auto* list = pool.FindMethodByName("grpc.health.v1.Health.List");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(
      list->output_type()->full_name(), "grpc.health.v1.HealthListResponse");
  EXPECT_EQ(list->file()->name(), "grpc/health/v1/health.proto");
  const auto* alias = pool.FindMethodByName("NoPackage.SayHello");
  ASSERT_NE(alias, nullptr);
  EXPECT_EQ(
      alias->input_type()->full_name(), "acme.greeter.v1.SayHelloRequest");
}

TEST_F(ReflectionTest, FindsEveryKindOfSymbol) {
  for (const char* symbol :
       {"acme.greeter.v1.Greeter",
        "acme.greeter.v1.Greeter.SayHello",
        "acme.greeter.v1.SayHelloRequest",
        "acme.greeter.v1.SayHelloRequest.name"}) {
    EXPECT_EQ(Files(BySymbol(symbol)), Names{"greeter.proto"}) << symbol;
  }
  for (const char* symbol :
       {"google.protobuf.FieldDescriptorProto.Type",
        "google.protobuf.FieldDescriptorProto.TYPE_BOOL"}) {
    EXPECT_EQ(
        Files(BySymbol(symbol)), Names{"google/protobuf/descriptor.proto"})
        << symbol;
  }
  EXPECT_EQ(First(BySymbol("hawkmount.method")), "hawkmount/options.proto");
}

TEST_F(ReflectionTest, ImportsComeOnceAStream) {
  const Names all = {
      "hawkmount/options.proto", "google/protobuf/descriptor.proto"};
  EXPECT_EQ(Files(ByName("hawkmount/options.proto")), all);
  EXPECT_EQ(
      Files(ByName("hawkmount/options.proto")),
      Names{"hawkmount/options.proto"});
  EXPECT_EQ(
      Files(ByName("google/protobuf/descriptor.proto")),
      Names{"google/protobuf/descriptor.proto"});
  stream_.emplace(Open());
  EXPECT_EQ(Files(ByName("hawkmount/options.proto")), all);
}

TEST_F(ReflectionTest, Extensions) {
  ServerReflectionRequest request;
  request.mutable_file_containing_extension()->set_containing_type(
      "google.protobuf.MethodOptions");
  request.mutable_file_containing_extension()->set_extension_number(50517);
  EXPECT_EQ(First(Ask(request)), "hawkmount/options.proto");
  for (const int number : {0, -1, 50518, INT32_MAX}) {
    request.mutable_file_containing_extension()->set_extension_number(number);
    ExpectNotFound(Ask(request));
  }
  request.mutable_file_containing_extension()->set_containing_type("no.Such");
  ExpectNotFound(Ask(request));

  request.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  auto response = Ask(request);
  EXPECT_EQ(
      response.all_extension_numbers_response().base_type_name(),
      "google.protobuf.MethodOptions");
  ASSERT_EQ(
      response.all_extension_numbers_response().extension_number_size(), 1);
  EXPECT_EQ(
      response.all_extension_numbers_response().extension_number(0), 50517);
  request.set_all_extension_numbers_of_type("acme.greeter.v1.SayHelloRequest");
  response = Ask(request);
  EXPECT_TRUE(response.has_all_extension_numbers_response());
  EXPECT_EQ(
      response.all_extension_numbers_response().extension_number_size(), 0);
  request.set_all_extension_numbers_of_type("no.Such");
  ExpectNotFound(Ask(request));
}

TEST_F(ReflectionTest, WhatIsNotThereIsSaidInBand) {
  const std::string embedded_nul("acme\0greeter", 12);
  for (const std::string& symbol :
       {std::string(),
        std::string("."),
        std::string("acme"),
        std::string("acme.greeter.v1"),
        std::string("grpc.health"),
        std::string(".acme.greeter.v1.Greeter"),
        std::string("acme.greeter.v1.Greeter."),
        std::string("acme.greeter.v1.Greeter.SayHello.more"),
        std::string("hawkmount.health.Health"),
        embedded_nul,
        std::string(100'000, '.'),
        std::string(100'000, 'a')}) {
    ExpectNotFound(BySymbol(symbol));
    ExpectNotFound(ByName(symbol));
    ServerReflectionRequest request;
    request.set_all_extension_numbers_of_type(symbol);
    ExpectNotFound(Ask(request));
    request.mutable_file_containing_extension()->set_containing_type(symbol);
    ExpectNotFound(Ask(request));
  }
  // Nothing at all, or something of the future.
  const ServerReflectionResponse nothing = Ask(ServerReflectionRequest());
  EXPECT_EQ(nothing.error_response().error_code(), 12);
  EXPECT_EQ(Files(BySymbol(kGreeter)), Names{"greeter.proto"});  // goes on
}

// In the program, but not shown by this server.
TEST_F(ReflectionTest, ServicesThatAreNotShownAreNotFound) {
  const auto* hidden = kHidden->file();
  ASSERT_GT(hidden->service_count(), 0);
  ExpectNotFound(BySymbol(hidden->service(0)->full_name()));
  ExpectNotFound(BySymbol(hidden->service(0)->method(0)->full_name()));
  // Messages may be in an Any.
  const auto* message = hidden->service(0)->method(0)->input_type();
  EXPECT_EQ(First(BySymbol(message->full_name())), message->file()->name());
}

TEST_F(ReflectionTest, AStreamEndsWithItsCaller) {
  EXPECT_FALSE(List().empty());
  EXPECT_TRUE(stream_->WritesDone());
  EXPECT_TRUE(stream_->Finish().ok());
}

}  // namespace
}  // namespace e2e
