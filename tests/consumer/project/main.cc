// Serves a shop on a free port and buys something in it.

#include <iostream>
#include <string>

#include "hawkmount/app.h"
#include "shop/v1/shop.1.hawkmount.pb.h"

class Stall final : public shop::v1::ShopHandler {
 public:
  absl::Status Buy(
      BuyContext&,
      const shop::v1::BuyRequest& request,
      shop::v1::Item& item) override {
    item.set_name(request.name());
    item.mutable_made()->set_seconds(1);
    return absl::OkStatus();
  }
};

int main() {
  Stall stall;
  hawkmount::App app({.http = {.port = 0}});
  const hawkmount::MountHandle& mount =
      app.Mount(shop::v1::ShopMount(stall), {.port = 0});
  if (absl::Status status = app.Start(); !status.ok()) {
    std::cerr << status << "\n";
    return 1;
  }
  const shop::v1::ShopClient client(hawkmount::Channel::Insecure(
      "localhost:" + std::to_string(mount.port())));
  shop::v1::BuyRequest request;
  request.set_name("kite");
  const absl::StatusOr<shop::v1::Item> item =
      client.Buy(request, {.timeout = std::chrono::seconds(60)});
  if (!item.ok()) {
    std::cerr << item.status() << "\n";
    return 1;
  }
  std::cout << "bought a " << item->name() << "\n";
  return app.Shutdown(std::chrono::seconds(60)).ok() ? 0 : 1;
}
