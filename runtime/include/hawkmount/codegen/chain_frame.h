#ifndef HAWKMOUNT_CODEGEN_CHAIN_FRAME_H_
#define HAWKMOUNT_CODEGEN_CHAIN_FRAME_H_

#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <tuple>
#include <utility>

#include "hawkmount/codegen/chain_parts.h"
#include "hawkmount/codegen/fact_store.h"
#include "hawkmount/codegen/message_hooks.h"
#include "hawkmount/codegen/promise.h"

namespace hawkmount::codegen {

// Places for facts. The one declared last goes first.
template <class List>
struct FactSlots;
template <>
struct FactSlots<Facts<>> {
  void* Find(const void*) { return nullptr; }
  void* Slot(const void*) { return nullptr; }
};
template <class Fact, class... Rest>
struct FactSlots<Facts<Fact, Rest...>> {
  std::optional<Fact> fact;
  FactSlots<Facts<Rest...>> rest;

  void* Find(const void* id) {
    if (id != &kFactId<Fact>) return rest.Find(id);
    return fact.has_value() ? &*fact : nullptr;
  }
  void* Slot(const void* id) {
    return id == &kFactId<Fact> ? &fact : rest.Slot(id);
  }
};

// One call on its way through a chain: how far it has come, and what was put
// beside it. F is the HandlerFunction, Owned are the interceptors as the mount
// has them.
template <class F, class... Owned>
class ChainFrame final : public FactStore, public MessageHooks {
  using C = typename F::Context;
  using Request = typename F::Request;
  using Response = typename F::Response;
  static constexpr size_t kSize = sizeof...(Owned);
  static constexpr bool kHasFacts =
      !std::is_same_v<AllProvided<Unwrapped<Owned>...>, Facts<>>;
  static constexpr bool kHooksMessages =
      (F::kReadsStream && (ReceiveFits<Unwrapped<Owned>, F> || ...)) ||
      (F::kWritesStream && (SendFits<Unwrapped<Owned>, F> || ...));
  static constexpr bool kChangesSent =
      F::kWritesStream &&
      ((SendFits<Unwrapped<Owned>, F> && !SendOnlyLooks<Unwrapped<Owned>, F>) ||
       ...);

 public:
  static constexpr bool kHasAfter = (AfterFits<Unwrapped<Owned>, F> || ...);
  // Whether there is something to do in the course of a coroutine, or after it.
  static constexpr bool kActsAfterTheStart =
      kHasAfter || kHooksMessages ||
      (BeforeAsyncFits<Unwrapped<Owned>, F> || ...) ||
      (!F::kWritesStream && (SendFits<Unwrapped<Owned>, F> || ...));
  // Whether it must be there until a coroutine is over, for its facts.
  static constexpr bool kOutlivesTheStart = kHasFacts;

  // One that the call has until its handler is over.
  static ChainFrame& Keep(std::tuple<Owned...>& interceptors, C& context) {
    static_assert(alignof(ChainFrame) <= alignof(std::max_align_t));
    void* memory = FrameOrigin::Allocate(sizeof(ChainFrame), &context.call());
    return *new (memory) ChainFrame(interceptors, context);
  }

  ChainFrame(std::tuple<Owned...>& interceptors, C& context)
      : interceptors_(interceptors),
        context_(context),
        record_(context.call().record) {
    if constexpr (kHasFacts) {
      outer_facts_ = std::exchange(record_.facts, this);
    }
    if constexpr (kHooksMessages) {
      outer = std::exchange(record_.messages, this);
    }
  }
  ~ChainFrame() {
    if constexpr (kHasFacts) {
      // A chain inside of this one may have kept its own.
      while (record_.facts != this) record_.facts->Release();
      record_.facts = outer_facts_;
    }
    if constexpr (kHooksMessages) record_.messages = outer;
  }
  ChainFrame(const ChainFrame&) = delete;
  ChainFrame& operator=(const ChainFrame&) = delete;

  // Every Before. False: the call ends here, with TakeStatus.
  bool Enter() { return EnterFrom<0>(); }

  // The same for coroutines.
  TaskOf<bool> EnterAsync() { return EnterAsyncFrom<0>(); }

  // The one request of a call that has one.
  template <class First, class... Second>
  bool ReceiveOnly(First& first, Second&... second) {
    if constexpr (F::kReadsStream) {
      return true;
    } else {
      // The call's own, which it does not read any more.
      return ReceiveFrom<0>(const_cast<Request&>(first), second...);
    }
  }

  // The one response of a call that has one.
  template <class First, class... Second>
  absl::Status SendOnly(absl::Status status, First&, Second&... second) {
    if constexpr (!F::kWritesStream) {
      if (status.ok() && refusal_.ok()) SendUpTo<kSize>(second...);
    }
    return refusal_.ok() ? std::move(status) : TakeStatus();
  }

  absl::Status TakeStatus() {
    return std::exchange(refusal_, absl::OkStatus());
  }

  // Every After, the last first.
  absl::Status Leave(absl::Status status) {
    if constexpr (kHooksMessages) {
      if (!refusal_.ok()) status = TakeStatus();
    }
    LeaveUpTo<kSize>(status);
    return status;
  }

 private:
  template <size_t k>
  using OwnedAt = std::tuple_element_t<k, std::tuple<Owned...>>;
  template <size_t k>
  using At = Unwrapped<OwnedAt<k>>;

  template <size_t k>
  At<k>& Get() {
    return Unwrap<OwnedAt<k>>::Of(std::get<k>(interceptors_));
  }

  bool GoesOn(Decision decision) {
    if (decision.GoesOn()) return true;
    if (!decision.answered()) Refuse(std::move(decision));
    return false;
  }

  void Refuse(const Decision& decision) {
    refusal_ = decision.status();
    record_.rejection = decision.reason();
  }

  template <size_t k>
  bool EnterOne() {
    if constexpr (BeforeFits<At<k>, F>) {
      if (!GoesOn(Decide([&] { return Get<k>().Before(context_); }))) {
        return false;
      }
    }
    entered_ = k + 1;
    return true;
  }

  template <size_t k>
  bool EnterFrom() {
    if constexpr (k == kSize) {
      return true;
    } else {
      return EnterOne<k>() && EnterFrom<k + 1>();
    }
  }

  template <size_t k>
  TaskOf<bool> EnterAsyncFrom() {
    if constexpr (k == kSize) {
      return true;
    } else if constexpr (BeforeAsyncFits<At<k>, F>) {
      return EnterWaiting<k>();
    } else {
      if (!EnterOne<k>()) return false;
      return EnterAsyncFrom<k + 1>();
    }
  }

  template <size_t k>
  TaskOf<bool> EnterWaiting() {
    Decision decision = co_await Get<k>().BeforeAsync(context_);
    bool goes_on = GoesOn(std::move(decision));
    if (goes_on) {
      entered_ = k + 1;
      goes_on = co_await EnterAsyncFrom<k + 1>();
    }
    co_return goes_on;
  }

  template <size_t k, class... Answer>
  bool ReceiveFrom(Request& request, Answer&... response) {
    if constexpr (k == kSize) {
      return true;
    } else {
      At<k>& interceptor = Get<k>();
      if constexpr (AnswerFits<At<k>, F>) {
        const Decision decision = Decide([&] {
          return interceptor.OnReceive(
              context_, std::as_const(request), response...);
        });
        if (decision.answered()) SendUpTo<k>(response...);
        if (!GoesOn(decision)) return false;
      } else if constexpr (ReceiveFits<At<k>, F>) {
        if (!GoesOn(Decide(
                [&] { return interceptor.OnReceive(context_, request); }))) {
          return false;
        }
      }
      return ReceiveFrom<k + 1>(request, response...);
    }
  }

  // Past the interceptors before the k-th, from the innermost of them.
  template <size_t k, class Message>
  void SendUpTo(Message& response) {
    if constexpr (k > 0) {
      if constexpr (SendFits<At<k - 1>, F>) {
        Decision decision =
            Decide([&] { return Get<k - 1>().OnSend(context_, response); });
        if (!decision.status().ok()) return Refuse(decision);
      }
      SendUpTo<k - 1>(response);
    }
  }

  template <size_t k>
  void LeaveUpTo(absl::Status& status) {
    if constexpr (k > 0) {
      if constexpr (AfterFits<At<k - 1>, F>) {
        if (entered_ >= k) LeaveOne(Get<k - 1>(), status);
      }
      LeaveUpTo<k - 1>(status);
    }
  }

  template <class Interceptor>
  void LeaveOne(Interceptor& interceptor, absl::Status& status) {
#if defined(__cpp_exceptions)
    try {
#endif
      interceptor.After(context_, status);
#if defined(__cpp_exceptions)
    } catch (...) {
      absl::Status thrown = context_.call().StatusOf(std::current_exception());
      if (status.ok()) status = std::move(thrown);
    }
#endif
  }

  // FactStore.
  void* Find(const void* id) override {
    void* fact = facts_.Find(id);
    if (fact != nullptr || outer_facts_ == nullptr) return fact;
    return outer_facts_->Find(id);
  }
  void* Slot(const void* id) override {
    void* slot = facts_.Slot(id);
    if (slot != nullptr || outer_facts_ == nullptr) return slot;
    return outer_facts_->Slot(id);
  }
  void Release() override {
    this->~ChainFrame();
    FrameOrigin::Free(this, sizeof(ChainFrame));
  }

  // MessageHooks. The message is of the stream's type: nobody else calls these.
  bool OnReceived(google::protobuf::MessageLite& message) override {
    if constexpr (F::kReadsStream && kHooksMessages) {
      return refusal_.ok() && ReceiveFrom<0>(static_cast<Request&>(message));
    }
    return true;
  }
  const google::protobuf::MessageLite* OnSending(
      const google::protobuf::MessageLite& message) override {
    if constexpr (F::kWritesStream && kHooksMessages) {
      if (!refusal_.ok()) return nullptr;
      const auto& response = static_cast<const Response&>(message);
      if constexpr (kChangesSent) {
        if (!changed_.has_value()) changed_.emplace();
        *changed_ = response;
        SendUpTo<kSize>(*changed_);
        return refusal_.ok() ? &*changed_ : nullptr;
      } else {
        SendUpTo<kSize>(response);
        return refusal_.ok() ? &message : nullptr;
      }
    }
    return &message;
  }

  struct Nothing {};

  std::tuple<Owned...>& interceptors_;
  C& context_;
  CallRecord& record_;  // may outlive the context
  size_t entered_ = 0;
  absl::Status refusal_;
  FactStore* outer_facts_ = nullptr;
  [[no_unique_address]] FactSlots<AllProvided<Unwrapped<Owned>...>> facts_;
  [[no_unique_address]] std::
      conditional_t<kChangesSent, std::optional<Response>, Nothing>
          changed_;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_CHAIN_FRAME_H_
