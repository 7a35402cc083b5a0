#include "harness/messages.h"

#include <string>

namespace hawkmount::bench {

EchoRequest SmallRequest() {
  EchoRequest request;
  request.set_text(std::string(32, 'x'));
  request.set_number(7);
  return request;
}

Big BigRequest() {
  Big big;
  big.set_id("order-2022-000017");
  for (int i = 0; i < 8; ++i) {
    Node& node = *big.add_nodes();
    node.set_name("warehouse-" + std::to_string(i));
    for (int j = 0; j < 4; ++j) {
      Leaf& leaf = *node.add_leaves();
      leaf.set_name("article number " + std::to_string(100 * i + j));
      leaf.set_id(1'000'000 + 100 * i + j);
      leaf.add_tags("fragile");
      leaf.add_tags("to be delivered in the morning");
      leaf.set_score(0.25 * j);
    }
    (*node.mutable_labels())["region"] = "north-" + std::to_string(i);
    (*node.mutable_labels())["carrier"] = "any";
  }
  big.set_blob(std::string(256, '\x5a'));
  return big;
}

}  // namespace hawkmount::bench
