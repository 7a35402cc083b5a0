# The standard services that the runtime serves itself. Their code comes from
# our own plugin as part of the build, so that it can never be of another
# version. They are a library apart so that only these files wait for the plugin
# to be built. A build for another machine names a plugin that runs on this one:
# HAWKMOUNT_PROTOC_PLUGIN.
add_library(hawkmount_services OBJECT
  src/health/service.cc
  src/reflection/schema.cc
  src/reflection/service.cc
  ${CMAKE_CURRENT_BINARY_DIR}/services/standard_protos.cc)
hawkmount_generate(
  TARGET hawkmount_services
  PROTOS src/health/health.proto src/reflection/reflection.proto
  IMPORT_DIRS src
  PROTOC_OUT_DIR ${CMAKE_CURRENT_BINARY_DIR}/services)
# Their text as well, out of which reflection makes the standard files.
set_property(DIRECTORY APPEND PROPERTY
  CMAKE_CONFIGURE_DEPENDS src/health/health.proto src/reflection/reflection.proto)
file(READ src/health/health.proto health_proto)
file(READ src/reflection/reflection.proto reflection_proto)
configure_file(
  src/reflection/standard_protos.cc.in
  ${CMAKE_CURRENT_BINARY_DIR}/services/standard_protos.cc @ONLY)
target_include_directories(hawkmount_services PRIVATE include src)
target_link_libraries(hawkmount_services PRIVATE
  hawkmount_build_flags
  absl::status
  absl::statusor
  absl::strings
  protobuf::libprotobuf
  Threads::Threads
  gRPC::grpc++)
if(BUILD_SHARED_LIBS)
  set_target_properties(hawkmount_services PROPERTIES POSITION_INDEPENDENT_CODE ON)
endif()
target_sources(hawkmount_runtime PRIVATE $<TARGET_OBJECTS:hawkmount_services>)
