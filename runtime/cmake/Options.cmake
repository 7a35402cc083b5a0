# The messages of hawkmount/options.proto: code generated from a proto that
# imports it includes hawkmount/options.pb.h.
set(generated ${PROJECT_BINARY_DIR}/options)
file(MAKE_DIRECTORY ${generated})
add_custom_command(
  OUTPUT ${generated}/hawkmount/options.pb.cc ${generated}/hawkmount/options.pb.h
  COMMAND protobuf::protoc
    -I ${PROJECT_SOURCE_DIR}/proto --cpp_out=${generated} hawkmount/options.proto
  DEPENDS ${PROJECT_SOURCE_DIR}/proto/hawkmount/options.proto
  VERBATIM)
add_library(hawkmount_options
  ${generated}/hawkmount/options.pb.cc
  ${generated}/hawkmount/options.pb.h)
set_target_properties(hawkmount_options PROPERTIES EXPORT_NAME options)
target_include_directories(hawkmount_options PUBLIC $<BUILD_INTERFACE:${generated}>)
target_link_libraries(hawkmount_options PUBLIC protobuf::libprotobuf)
target_link_libraries(hawkmount_runtime PUBLIC hawkmount_options)
