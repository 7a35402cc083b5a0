# hawkmount::testing: what tests of services include as hawkmount/testing.h. A
# library apart, so that programs that serve carry none of it.
add_library(hawkmount_testing
  src/testing/call.cc
  src/testing/carrier.cc
  src/testing/clock.cc
  src/testing/fault_points.cc
  src/testing/log.cc
  src/testing/metrics.cc
  src/testing/server.cc)
add_library(hawkmount::testing ALIAS hawkmount_testing)
set_target_properties(hawkmount_testing PROPERTIES EXPORT_NAME testing)
target_include_directories(hawkmount_testing PRIVATE src)
target_link_libraries(hawkmount_testing
  PUBLIC hawkmount_runtime
  PRIVATE
    $<BUILD_INTERFACE:hawkmount_build_flags>
    $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
