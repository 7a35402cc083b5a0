// W3C Trace Context: https://www.w3.org/TR/trace-context/

#include <gtest/gtest.h>

#include <string>

#include "fake_call.h"
#include "hawkmount/codegen/hooks.h"
#include "observe/trace_context.h"

namespace hawkmount::observe {
namespace {

const std::string kTrace = "0123456789abcdef123456789abcdef0";
const std::string kSpan = "1234567890abcdef";
const std::string kGood = "00-" + kTrace + "-" + kSpan + "-01";

TEST(Traceparent, IsReadInAllItsParts) {
  TraceContext trace;
  ASSERT_TRUE(ParseTraceparent(kGood, trace));
  EXPECT_EQ(trace.trace_id(), kTrace);
  EXPECT_EQ(trace.parent_span_id(), kSpan);
  EXPECT_TRUE(trace.sampled());
  trace.span = 0xabc;
  EXPECT_EQ(trace.traceparent(), "00-" + kTrace + "-0000000000000abc-01");
}

TEST(Traceparent, ValidOnes) {
  for (const std::string& text :
       {kGood,
        "00-" + kTrace + "-" + kSpan + "-00",
        "00-" + kTrace + "-" + kSpan + "-ff",
        std::string("00-00000000000000000000000000000001-0000000000000001-00"),
        // Later versions may go on after a dash.
        "01-" + kTrace + "-" + kSpan + "-01",
        "cc-" + kTrace + "-" + kSpan + "-01",
        "cc-" + kTrace + "-" + kSpan + "-01-what-the-future-will-be-like",
        "cc-" + kTrace + "-" + kSpan + "-01-"}) {
    TraceContext trace;
    EXPECT_TRUE(ParseTraceparent(text, trace)) << text;
  }
}

TEST(Traceparent, OfLaterVersionsOneFlagIsUnderstood) {
  TraceContext trace;
  ASSERT_TRUE(ParseTraceparent("cc-" + kTrace + "-" + kSpan + "-fe", trace));
  EXPECT_FALSE(trace.sampled());
  EXPECT_EQ(trace.flags, 0);
}

TEST(Traceparent, InvalidOnes) {
  const std::string upper = "0123456789ABCDEF123456789abcdef0";
  for (const std::string& text :
       {std::string(),
        std::string("00"),
        std::string(55, '-'),
        std::string(55, '0'),
        "ff-" + kTrace + "-" + kSpan + "-01",
        "FF-" + kTrace + "-" + kSpan + "-01",
        "0x-" + kTrace + "-" + kSpan + "-01",
        ".0-" + kTrace + "-" + kSpan + "-01",
        "0-" + kTrace + "-" + kSpan + "-01",
        "000-" + kTrace + "-" + kSpan + "-01",
        "00-" + std::string(32, '0') + "-" + kSpan + "-01",
        "00-" + kTrace + "-" + std::string(16, '0') + "-01",
        "00-" + upper + "-" + kSpan + "-01",
        "00-" + kTrace + "-1234567890ABCDEF-01",
        "00-" + kTrace + "-" + kSpan + "-0X",
        "00-" + kTrace + "-" + kSpan + "-.0",
        "00-" + kTrace + "-" + kSpan + "-1",
        "00-" + kTrace + "-" + kSpan + "-001",
        "00-" + kTrace + "-" + kSpan + "-01-",
        "00-" + kTrace + "-" + kSpan + "-01-more",
        "00-" + kTrace + "-" + kSpan + "-01.",
        "cc-" + kTrace + "-" + kSpan + "-01.what",
        "00-" + kTrace.substr(1) + "-" + kSpan + "-01",
        "00-" + kTrace + "0-" + kSpan + "-01",
        "00-." + kTrace.substr(1) + "-" + kSpan + "-01",
        "00-" + kTrace + "-." + kSpan.substr(1) + "-01",
        "00-" + kTrace + "-" + kSpan.substr(1) + "-01",
        "00_" + kTrace + "-" + kSpan + "-01",
        "00-" + kTrace + "_" + kSpan + "-01",
        "00-" + kTrace + "-" + kSpan + "_01",
        " " + kGood,
        kGood + " "}) {
    TraceContext trace;
    EXPECT_FALSE(ParseTraceparent(text, trace)) << text;
    EXPECT_EQ(trace.trace_low, 0u) << text;
  }
}

TEST(Tracestate, ValidOnes) {
  std::string members = "k0=v";
  for (int i = 1; i < 32; ++i) members += ",k" + std::to_string(i) + "=v";
  for (const std::string& text :
       {std::string("foo=1"),
        std::string("foo=1,bar=2"),
        std::string("foo=1 \t , \t bar=2"),
        std::string("foo=1,,bar=2,"),
        std::string("a-_*/0=v v"),
        std::string("0tenant@vendor=1"),
        std::string("foo= 1"),
        "k=" + std::string(256, 'v'),
        "z" + std::string(255, 'k') + "=v",
        std::string(241, 't') + "@" + std::string(14, 'v') + "=1",
        members}) {
    EXPECT_TRUE(IsValidTracestate(text)) << text;
  }
}

TEST(Tracestate, InvalidOnes) {
  std::string members = "k0=v";
  for (int i = 1; i < 33; ++i) members += ",k" + std::to_string(i) + "=v";
  for (const std::string& text :
       {std::string(),
        std::string(" , "),
        std::string("foo"),
        std::string("foo="),
        std::string("=1"),
        std::string("Foo=1"),
        std::string("foo =1"),
        std::string("foo.bar=1"),
        std::string("0foo=1"),
        std::string("foo=1=2"),
        std::string("foo=1,foo=2"),
        std::string("foo@=1"),
        std::string("@foo=1"),
        std::string("foo@@bar=1"),
        std::string("foo@bar@baz=1"),
        std::string("foo=\xc3\xa9"),
        "k=" + std::string(257, 'v'),
        "z" + std::string(256, 'k') + "=v",
        std::string(242, 't') + "@v=1",
        "t@" + std::string(15, 'v') + "=1",
        "k=" + std::string(250, 'v') + ",l=" + std::string(250, 'v') +
            ",m=" + std::string(20, 'v'),
        members}) {
    EXPECT_FALSE(IsValidTracestate(text)) << text;
  }
}

const TraceContext* TraceOf(FakeCall& call) {
  call.record.observed = true;
  const FakeContext context(call);
  const codegen::RequestIdHook hook(context);
  return context.trace();
}

TEST(Trace, OfACallIsTheCallersWithASpanOfItsOwn) {
  FakeCall call;
  call.received = {
      {"tracestate", "foo=1"}, {"traceparent", kGood}, {"tracestate", "bar=2"}};
  const TraceContext* trace = TraceOf(call);
  ASSERT_NE(trace, nullptr);
  EXPECT_EQ(trace->trace_id(), kTrace);
  EXPECT_EQ(trace->parent_span_id(), kSpan);
  EXPECT_NE(trace->span, 0u);
  EXPECT_NE(trace->span, trace->parent_span);
  EXPECT_EQ(trace->state, "foo=1,bar=2");
}

TEST(Trace, ThereIsNoneWithoutOneValidParent) {
  FakeCall none;
  none.received = {{"tracestate", "foo=1"}};
  EXPECT_EQ(TraceOf(none), nullptr);
  FakeCall invalid;
  invalid.received = {{"traceparent", kGood + "x"}};
  EXPECT_EQ(TraceOf(invalid), nullptr);
  FakeCall twice;
  twice.received = {{"traceparent", kGood}, {"traceparent", kGood}};
  EXPECT_EQ(TraceOf(twice), nullptr);
}

TEST(Trace, AnInvalidStateIsDroppedAlone) {
  FakeCall call;
  call.received = {{"traceparent", kGood}, {"tracestate", "foo=1,Bar=2"}};
  const TraceContext* trace = TraceOf(call);
  ASSERT_NE(trace, nullptr);
  EXPECT_EQ(trace->state, "");
}

}  // namespace
}  // namespace hawkmount::observe
