// gRPC 1.51 aborts the process when it is given some pairs of metadata: none of
// them may pass.

#include "engine/metadata.h"

#include <gtest/gtest.h>

#include <string>

namespace hawkmount::engine {
namespace {

TEST(CheckMetadata, AllowsWhatIsAllowed) {
  const std::pair<std::string_view, std::string_view> allowed[] = {
      {"key", "value"},
      {"0-9_a.z", "value"},
      {"key", ""},
      {"key", " with spaces "},
      {"key", "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\\"},
      {"key-bin", std::string_view("\0\x01\xff\n", 4)},
      {"key-bin", ""},
      {"x-request-id", "abc"},
      {"traceparent", "00-1-2-01"},
      {"grpc", "not gRPC's own"},
  };
  for (const auto& [key, value] : allowed) {
    EXPECT_TRUE(CheckMetadata(key, value).ok()) << key << ": " << value;
  }
}

TEST(CheckMetadata, RefusesEveryOtherCharacterOfAKey) {
  const std::string_view legal = "0123456789abcdefghijklmnopqrstuvwxyz_-.";
  for (int c = 0; c < 256; ++c) {
    const std::string key = std::string("key") + static_cast<char>(c) + "key";
    const bool allowed =
        c != 0 && legal.find(static_cast<char>(c)) != std::string_view::npos;
    EXPECT_EQ(CheckMetadata(key, "value").ok(), allowed) << c;
  }
}

TEST(CheckMetadata, RefusesKeysThatAreNotTheCallers) {
  for (const std::string_view key :
       {"",
        ":path",
        ":status",
        "Upper",
        "grpc-status",
        "grpc-message",
        "grpc-status-details-bin",
        "grpc-timeout",
        "grpc-encoding",
        "grpc-x"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckMetadata(key, "1"))) << key;
  }
}

// Those with a meaning of their own: gRPC drops some of them in silence, sends
// others that HTTP/2 forbids, and aborts on "grpclb_client_stats".
TEST(CheckMetadata, RefusesHeadersOfTheProtocol) {
  for (const std::string_view key :
       {"te",
        "content-type",
        "content-length",
        "connection",
        "keep-alive",
        "proxy-connection",
        "transfer-encoding",
        "upgrade",
        "lb-cost-bin",
        "endpoint-load-metrics-bin",
        "grpclb_client_stats"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckMetadata(key, "trailers"))) << key;
  }
}

TEST(CheckMetadata, RefusesEveryOtherCharacterOfAText) {
  for (int c = 0; c < 256; ++c) {
    const std::string value = std::string("a") + static_cast<char>(c) + "b";
    EXPECT_EQ(CheckMetadata("key", value).ok(), c >= 0x20 && c <= 0x7e) << c;
    EXPECT_TRUE(CheckMetadata("key-bin", value).ok()) << c;
  }
}

TEST(CheckMetadata, NamesThePairInPrintableText) {
  const absl::Status status = CheckMetadata("Key\n", "value");
  EXPECT_NE(status.message().find("\"Key\\n\""), std::string::npos) << status;
  const absl::Status value = CheckMetadata("key", "a\xff");
  EXPECT_NE(value.message().find("\"a\\xff\""), std::string::npos) << value;
  EXPECT_NE(value.message().find("\"key\""), std::string::npos) << value;
}

TEST(AddMetadata, AddsWhatIsAllowedAndOnlyThat) {
  std::vector<std::pair<std::string, std::string>> pairs;
  EXPECT_TRUE(AddMetadata("key", "1", pairs).ok());
  EXPECT_FALSE(AddMetadata("Key", "2", pairs).ok());
  EXPECT_FALSE(AddMetadata("key", "\n", pairs).ok());
  EXPECT_TRUE(AddMetadata("key", "3", pairs).ok());
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(pairs, (Pairs{{"key", "1"}, {"key", "3"}}));
}

}  // namespace
}  // namespace hawkmount::engine
