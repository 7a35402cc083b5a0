#ifndef HAWKMOUNT_CODEGEN_SOURCE_H_
#define HAWKMOUNT_CODEGEN_SOURCE_H_

// What generated sources include, and nobody else.

#include <array>
#include <chrono>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "hawkmount/codegen/client_call.h"
#include "hawkmount/codegen/hooks.h"
#include "hawkmount/codegen/service.h"

namespace hawkmount::codegen {

// What a call of each kind is made of, below its context and hooks.
template <class RequestType, class ResponseType>
struct UnaryCall {
  using Request = RequestType;
  using Response = ResponseType;
  codegen::Call& call;
  const Request& request;
  Response& response;
};

template <class RequestType, class ResponseType>
struct ServerStreamCall {
  using Request = RequestType;
  using Response = ResponseType;
  codegen::Call& call;
  const Request& request;
};

template <class RequestType, class ResponseType>
struct ClientStreamCall {
  using Request = RequestType;
  using Response = ResponseType;
  codegen::Call& call;
  Response& response;
};

template <class RequestType, class ResponseType>
struct BidiStreamCall {
  using Request = RequestType;
  using Response = ResponseType;
  codegen::Call& call;
};

// The memory of one call: messages that are kept, and what lives as long as the
// call alone.
template <class GeneratedCall, MethodKind kKind>
struct CallBlock {
  using Request = typename GeneratedCall::Request;
  using Response = typename GeneratedCall::Response;
  static constexpr bool kTakesRequest =
      kKind == MethodKind::kUnary || kKind == MethodKind::kServerStream;
  static constexpr bool kGivesResponse =
      kKind == MethodKind::kUnary || kKind == MethodKind::kClientStream;
  struct None {};

  [[no_unique_address]] std::conditional_t<kTakesRequest, Request, None>
      request;
  [[no_unique_address]] std::conditional_t<kGivesResponse, Response, None>
      response;
  alignas(GeneratedCall) std::byte storage[sizeof(GeneratedCall)];

  static CallBlock& Of(void* block) { return *static_cast<CallBlock*>(block); }
  GeneratedCall& generated() {
    return *std::launder(reinterpret_cast<GeneratedCall*>(storage));
  }
  void Begin(Call& call) {
    if constexpr (kKind == MethodKind::kUnary) {
      new (storage) GeneratedCall{{call, request, response}};
    } else if constexpr (kKind == MethodKind::kServerStream) {
      new (storage) GeneratedCall{{call, request}};
    } else if constexpr (kKind == MethodKind::kClientStream) {
      new (storage) GeneratedCall{{call, response}};
    } else {
      new (storage) GeneratedCall{{call}};
    }
  }
};

// Which hooks a generated call has.
template <class GeneratedCall>
concept IsMeasured = requires {
  &GeneratedCall::metrics;
};
template <class GeneratedCall>
concept IsLogged = requires {
  &GeneratedCall::log;
};

// What limits it has.
template <class GeneratedCall>
constexpr Limits LimitsOf() {
  Limits limits;
  if constexpr (requires { GeneratedCall::kTimeout; }) {
    limits.timeout = GeneratedCall::kTimeout;
  }
  if constexpr (requires { GeneratedCall::kMaxInFlight; }) {
    limits.max_in_flight = GeneratedCall::kMaxInFlight;
  }
  return limits;
}

template <class GeneratedCall>
constexpr std::optional<double> LogSamplingOf() {
  if constexpr (requires { GeneratedCall::kLogSampling; }) {
    return GeneratedCall::kLogSampling;
  }
  return std::nullopt;
}

template <class Handler, class GeneratedCall, const Method& kMethod>
constexpr MethodEntry MakeEntry() {
  using Block = CallBlock<GeneratedCall, kMethod.kind>;
  static_assert(alignof(Block) <= alignof(std::max_align_t));
  return {
      .method = &kMethod,
      .measured = IsMeasured<GeneratedCall>,
      .logged = IsLogged<GeneratedCall>,
      .block_size = sizeof(Block),
      .construct = [](void* block) { new (block) Block; },
      .destroy = [](void* block) { Block::Of(block).~Block(); },
      .request = [](void* block) -> google::protobuf::MessageLite* {
        if constexpr (Block::kTakesRequest) return &Block::Of(block).request;
        return nullptr;
      },
      .response = [](void* block) -> google::protobuf::MessageLite* {
        if constexpr (Block::kGivesResponse) return &Block::Of(block).response;
        return nullptr;
      },
      .begin = [](void* block, Call& call) { Block::Of(block).Begin(call); },
      .context = [](void* block) -> Context& {
        return Block::Of(block).generated().context;
      },
      .end = [](void* block) { Block::Of(block).generated().~GeneratedCall(); },
      .handle =
          [](void* block, void* handler) {
            return Block::Of(block).generated().Handle(
                *static_cast<Handler*>(handler));
          },
      .handle_async =
          [](void* block, void* handler) {
            return Block::Of(block).generated().HandleAsync(
                *static_cast<Handler*>(handler));
          },
      .limits = LimitsOf<GeneratedCall>(),
      .log_sampling = LogSamplingOf<GeneratedCall>(),
  };
}

// What a method answers that nobody overrides.
absl::Status Unimplemented(const Method& method);

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_SOURCE_H_
