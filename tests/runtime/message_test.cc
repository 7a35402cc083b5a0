#include "engine/message.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace hawkmount::engine {
namespace {

// No map: the thread sanitizer's build of protobuf's is not Debian's.
using google::protobuf::BytesValue;
using google::protobuf::ListValue;

struct Destroy {
  void operator()(grpc_byte_buffer* bytes) const {
    grpc_byte_buffer_destroy(bytes);
  }
};
using Bytes = std::unique_ptr<grpc_byte_buffer, Destroy>;

Bytes BytesOf(const std::vector<std::string>& pieces) {
  std::vector<grpc_slice> slices;
  for (const std::string& piece : pieces) {
    slices.push_back(grpc_slice_from_copied_buffer(piece.data(), piece.size()));
  }
  Bytes bytes(grpc_raw_byte_buffer_create(slices.data(), slices.size()));
  for (grpc_slice& slice : slices) grpc_slice_unref(slice);
  return bytes;
}

std::string TextOf(grpc_byte_buffer* bytes) {
  std::string text;
  for (size_t i = 0; i < bytes->data.raw.slice_buffer.count; ++i) {
    const grpc_slice& slice = bytes->data.raw.slice_buffer.slices[i];
    text.append(
        reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)),
        GRPC_SLICE_LENGTH(slice));
  }
  return text;
}

ListValue SomeMessage() {
  ListValue message;
  for (int i = 0; i < 40; ++i) {
    auto& list = *message.add_values()->mutable_list_value();
    list.add_values()->set_number_value(i * 1.5);
    list.add_values()->set_string_value(std::string(i * 7, 'x'));
  }
  return message;
}

bool Equal(const ListValue& a, const ListValue& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

TEST(Parse, OneSlice) {
  const ListValue sent = SomeMessage();
  ListValue received;
  EXPECT_TRUE(Parse(BytesOf({sent.SerializeAsString()}).get(), received));
  EXPECT_TRUE(Equal(received, sent));
}

TEST(Parse, NothingIsAnEmptyMessage) {
  ListValue received = SomeMessage();
  EXPECT_TRUE(Parse(BytesOf({""}).get(), received));
  EXPECT_EQ(received.values_size(), 0);
  received = SomeMessage();
  EXPECT_TRUE(Parse(BytesOf({}).get(), received));
  EXPECT_EQ(received.values_size(), 0);
  received = SomeMessage();
  EXPECT_TRUE(Parse(BytesOf({"", "", ""}).get(), received));
  EXPECT_EQ(received.values_size(), 0);
}

// Cut into slices at random places, of which some are empty: at the beginning,
// at the end, several in a row.
TEST(Parse, ManySlicesSomeOfThemEmpty) {
  const ListValue sent = SomeMessage();
  const std::string text = sent.SerializeAsString();
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> pieces;
    for (size_t at = 0; at < text.size();) {
      const size_t longest = round % 3 == 0 ? 3 : 300;
      const size_t size = random() % longest;
      pieces.push_back(text.substr(at, size));
      at += size;
    }
    if (round % 2 == 0) pieces.emplace_back();
    ListValue received;
    ASSERT_TRUE(Parse(BytesOf(pieces).get(), received));
    ASSERT_TRUE(Equal(received, sent));
  }
}

TEST(Parse, FieldsThatItDoesNotKnowAreSkippedOverSlices) {
  BytesValue value;
  value.set_value(std::string(1000, 'y'));
  // Field 9, of 5000 bytes, before the one that it knows.
  std::string text = "\x4a\x88\x27" + std::string(5000, 'z');
  text += value.SerializeAsString();
  std::vector<std::string> pieces;
  for (size_t at = 0; at < text.size(); at += 64) {
    pieces.push_back(text.substr(at, 64));
    pieces.emplace_back();
  }
  BytesValue received;
  ASSERT_TRUE(Parse(BytesOf(pieces).get(), received));
  EXPECT_EQ(received.value(), value.value());
}

TEST(Parse, WhatIsTruncatedIsNoMessage) {
  BytesValue value;
  value.set_value(std::string(100, 'y'));
  const std::string text = value.SerializeAsString();
  for (size_t size = 1; size < text.size(); ++size) {
    BytesValue received;
    ASSERT_FALSE(Parse(BytesOf({text.substr(0, size)}).get(), received));
    ASSERT_FALSE(Parse(
        BytesOf({text.substr(0, 1), text.substr(1, size - 1)}).get(),
        received));
  }
}

TEST(Parse, GarbageIsNoMessage) {
  ListValue received;
  EXPECT_FALSE(Parse(BytesOf({"\xff\xff\xff\xff"}).get(), received));
  EXPECT_FALSE(Parse(BytesOf({"\xff\xff", "", "\xff\xff"}).get(), received));
}

TEST(Parse, TextThatIsNotUtf8IsNoMessage) {
  google::protobuf::StringValue value;
  EXPECT_FALSE(Parse(BytesOf({"\x0a\x02\xc3\x28"}).get(), value));
  EXPECT_FALSE(Parse(BytesOf({"\x0a\x02\xc3", "\x28"}).get(), value));
  EXPECT_TRUE(Parse(BytesOf({"\x0a\x02\xc3", "\xa4"}).get(), value));
}

// What is parsed into a message that is kept from the call before replaces it.
TEST(Parse, ReplacesWhatAKeptMessageHeld) {
  ListValue kept = SomeMessage();
  ListValue sent;
  sent.add_values()->set_bool_value(true);
  const std::string text = sent.SerializeAsString();
  EXPECT_TRUE(Parse(BytesOf({text}).get(), kept));
  EXPECT_TRUE(Equal(kept, sent));
  kept = SomeMessage();
  EXPECT_TRUE(Parse(BytesOf({text.substr(0, 3), text.substr(3)}).get(), kept));
  EXPECT_TRUE(Equal(kept, sent));
}

TEST(Serialize, WritesTheMessage) {
  const ListValue sent = SomeMessage();
  Bytes bytes(Serialize(sent));
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(bytes->data.raw.compression, GRPC_COMPRESS_NONE);
  EXPECT_EQ(grpc_byte_buffer_length(bytes.get()), sent.ByteSizeLong());
  ListValue received;
  ASSERT_TRUE(received.ParseFromString(TextOf(bytes.get())));
  EXPECT_TRUE(Equal(received, sent));
}

TEST(Serialize, AnEmptyMessageIsNoBytes) {
  Bytes bytes(Serialize(ListValue()));
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(grpc_byte_buffer_length(bytes.get()), 0u);
}

TEST(Serialize, LargeMessages) {
  BytesValue value;
  value.set_value(std::string(8 << 20, 'q'));
  Bytes bytes(Serialize(value));
  ASSERT_NE(bytes, nullptr);
  BytesValue received;
  ASSERT_TRUE(Parse(bytes.get(), received));
  EXPECT_EQ(received.value(), value.value());
}

}  // namespace
}  // namespace hawkmount::engine
