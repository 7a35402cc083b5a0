#include "hawkmount/health.h"

#include "health/board.h"

namespace hawkmount {

void Health::SetServing(std::string_view service, bool serving) {
  board_->SetServing(service, serving);
}

bool Health::IsServing(std::string_view service) const {
  return board_->Get(service) == health::Status::kServing;
}

}  // namespace hawkmount
