#ifndef HAWKMOUNT_TESTING_FACTS_H_
#define HAWKMOUNT_TESTING_FACTS_H_

#include <map>
#include <memory>
#include <optional>

#include "hawkmount/codegen/fact_store.h"

namespace hawkmount::testing {

// Facts of the types that a test names. One thread at a time.
class FactsOfAnyType final : public codegen::FactStore {
 public:
  // Where a Fact is kept; empty at first.
  template <class Fact>
  std::optional<Fact>& Provide() {
    std::unique_ptr<Holder>& holder = holders_[&codegen::kFactId<Fact>];
    if (holder == nullptr) holder = std::make_unique<HolderOf<Fact>>();
    return *static_cast<std::optional<Fact>*>(holder->Slot());
  }

  void* Find(const void* id) override {
    const auto found = holders_.find(id);
    return found == holders_.end() ? nullptr : found->second->Find();
  }
  void* Slot(const void* id) override {
    const auto found = holders_.find(id);
    return found == holders_.end() ? nullptr : found->second->Slot();
  }
  void Release() override {}

 private:
  struct Holder {
    virtual ~Holder() = default;
    virtual void* Find() = 0;
    virtual void* Slot() = 0;
  };
  template <class Fact>
  struct HolderOf final : Holder {
    void* Find() override { return fact.has_value() ? &*fact : nullptr; }
    void* Slot() override { return &fact; }
    std::optional<Fact> fact;
  };

  std::map<const void*, std::unique_ptr<Holder>> holders_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_FACTS_H_
