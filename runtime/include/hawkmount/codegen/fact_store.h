#ifndef HAWKMOUNT_CODEGEN_FACT_STORE_H_
#define HAWKMOUNT_CODEGEN_FACT_STORE_H_

namespace hawkmount::codegen {

// Its address stands for a type.
template <class Fact>
inline constexpr char kFactId = 0;

// Where the facts of a call are; around others, where chains are in chains.
// Used by one thread at a time.
class FactStore {
 public:
  // A Fact*, or null when it is not there.
  virtual void* Find(const void* id) = 0;
  // The std::optional<Fact>* that it is kept in; null: nobody declared it.
  virtual void* Slot(const void* id) = 0;
  // The handler is over: gives up the place in the call, of one that is there
  // for as long as the call.
  virtual void Release() = 0;

 protected:
  ~FactStore() = default;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_FACT_STORE_H_
