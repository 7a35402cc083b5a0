#include "app/status_page.h"

#include <gtest/gtest.h>

#include <string>

namespace hawkmount::app {
namespace {

HttpRequest From(const std::string& address, HttpHeaders headers = {}) {
  return {
      .method = "GET",
      .path = "/statusz",
      .query = "",
      .headers = std::move(headers),
      .body = "",
      .remote_address = address};
}

TEST(StatusPageTest, LoopbackPeersAreLocal) {
  for (const char* address :
       {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IsLocal(From(address))) << address;
  }
}

TEST(StatusPageTest, OthersAreNot) {
  for (const char* address :
       {"192.0.2.7",
        "128.0.0.1",
        "10.127.0.1",
        "::",
        "::2",
        "fe80::1",
        "2001:db8::1",
        "::ffff:192.0.2.7",
        "localhost",
        "",
        "127.0.0.1 "}) {
    EXPECT_FALSE(IsLocal(From(address))) << address;
  }
}

TEST(StatusPageTest, WhatAProxyPassedOnIsNotLocal) {
  for (const char* header : {"X-Forwarded-For", "forwarded", "Via"}) {
    EXPECT_FALSE(IsLocal(From("127.0.0.1", {{header, "127.0.0.1"}}))) << header;
  }
}

TEST(StatusPageTest, TheHostAskedForIsThisMachine) {
  for (const char* host :
       {"localhost",
        "LocalHost:9464",
        "127.0.0.1:9464",
        "[::1]:9464",
        "[::1]",
        "192.0.2.7"}) {
    EXPECT_TRUE(IsLocal(From("127.0.0.1", {{"Host", host}}))) << host;
  }
  for (const char* host :
       {"evil.test", "localhost.evil.test:80", "127.0.0.1.evil.test", "[x"}) {
    EXPECT_FALSE(IsLocal(From("127.0.0.1", {{"Host", host}}))) << host;
  }
}

}  // namespace
}  // namespace hawkmount::app
