// EXPECT: a StatusError is a status already: it needs no mapping

#include "hawkmount/app.h"

void Map(hawkmount::App& app) {
  app.MapException<hawkmount::NotFoundError>(
      [](const auto& error) { return error.status(); });
}
