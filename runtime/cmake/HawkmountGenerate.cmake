# hawkmount_add_library(NAME PROTOS <proto>... [STATIC | SHARED | OBJECT]
#                       [options of hawkmount_generate])
#
#   A library of the generated messages, handlers, mounts and clients. Links
#   hawkmount::runtime and hands its own include directory on, so that
#   target_link_libraries(server PRIVATE NAME) is all that a program needs.
#   SHARED wants a hawkmount that was built with BUILD_SHARED_LIBS itself.
#
# hawkmount_generate([TARGET <target>] [OUT_VAR <variable>] PROTOS <proto>...
#                    [IMPORT_DIRS <dir>...] [PROTOC_OUT_DIR <dir>]
#                    [PLUGIN_OPTIONS <key=value>...] [DEPENDENCIES <file>...]
#                    [EXPORT_MACRO <macro>] [NO_MESSAGES] [TESTING])
#
#   Runs protoc with protoc-gen-hawkmount on each of PROTOS: foo.proto becomes
#   foo.pb.h, foo.pb.cc, foo.hawkmount.pb.h and foo.hawkmount.pb.cc. They are
#   made again when the proto, anything that it imports, or the plugin changes.
#   The keywords are protobuf_generate's, and some more.
#   Builds for another machine set HAWKMOUNT_PROTOC_PLUGIN to the path of a
#   plugin, of the same version, that runs on this one.
#
#   TARGET          Gets the generated sources, and PROTOC_OUT_DIR as an include
#                   directory. Without PROTOS, its sources are looked through
#                   for protos. Must be a target of the same directory.
#   OUT_VAR         Gets the list of the generated files.
#   PROTOS          Each lies in or below one of IMPORT_DIRS. Its path from
#                   there is its name in imports, and that of its output.
#   IMPORT_DIRS     Where protoc looks, in this order. Default: the current
#                   source directory. hawkmount/options.proto and the protos
#                   that come with protoc are found without being named.
#   PROTOC_OUT_DIR  Default: the current binary directory; NAME_generated below
#                   it for hawkmount_add_library.
#   PLUGIN_OPTIONS  Handed to the plugin (`protoc-gen-hawkmount --help`). Files
#                   in them are relative to the current source directory.
#   DEPENDENCIES    Further files or targets to wait for, and to notice changes
#                   of.
#   EXPORT_MACRO    Put before the messages that a shared library exports.
#   NO_MESSAGES     Leaves out the .pb.h and .pb.cc: another target has them.
#   TESTING         Makes foo.hawkmount.testing.h as well: fakes and mocks for
#                   tests, which link hawkmount::testing.

include_guard(GLOBAL)

# Policies as of here, whatever version the caller asks for: depfile paths are
# spelled differently before CMP0116 (3.20).
cmake_policy(PUSH)
cmake_policy(VERSION 3.25)

function(hawkmount_generate)
  cmake_parse_arguments(PARSE_ARGV 0 arg
    "NO_MESSAGES;TESTING"
    "TARGET;OUT_VAR;PROTOC_OUT_DIR;EXPORT_MACRO"
    "PROTOS;IMPORT_DIRS;PLUGIN_OPTIONS;DEPENDENCIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(WARNING "hawkmount_generate: does not know ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TARGET AND NOT arg_OUT_VAR)
    message(FATAL_ERROR "hawkmount_generate: says neither TARGET nor OUT_VAR")
  endif()
  if(arg_TARGET AND NOT TARGET "${arg_TARGET}")
    message(FATAL_ERROR "hawkmount_generate: there is no target ${arg_TARGET}")
  endif()
  if(arg_TARGET AND NOT arg_PROTOS)
    get_target_property(arg_PROTOS ${arg_TARGET} SOURCES)
    list(FILTER arg_PROTOS INCLUDE REGEX "\\.proto$")
  endif()
  if(NOT arg_PROTOS)
    message(FATAL_ERROR "hawkmount_generate: names no PROTOS")
  endif()
  # Imported targets are seen by the directory that looked for them alone.
  if(NOT TARGET protobuf::protoc)
    find_package(Protobuf REQUIRED)
  endif()

  if(NOT arg_PROTOC_OUT_DIR)
    set(arg_PROTOC_OUT_DIR .)
  endif()
  cmake_path(ABSOLUTE_PATH arg_PROTOC_OUT_DIR
    BASE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}" NORMALIZE OUTPUT_VARIABLE out_dir)
  string(REGEX REPLACE "/$" "" out_dir "${out_dir}")

  if(NOT arg_IMPORT_DIRS)
    set(arg_IMPORT_DIRS .)
  endif()
  get_property(options_dir GLOBAL PROPERTY HAWKMOUNT_PROTO_DIR)
  set(import_dirs)
  foreach(dir IN LISTS arg_IMPORT_DIRS options_dir)
    cmake_path(ABSOLUTE_PATH dir NORMALIZE)
    string(REGEX REPLACE "(.)/$" "\\1" dir "${dir}")
    list(APPEND import_dirs "${dir}")
  endforeach()
  list(REMOVE_DUPLICATES import_dirs)
  list(TRANSFORM import_dirs PREPEND "-I" OUTPUT_VARIABLE import_arguments)

  set(plugin "$<TARGET_FILE:hawkmount::protoc-gen-hawkmount>")
  if(HAWKMOUNT_PROTOC_PLUGIN)
    set(plugin "${HAWKMOUNT_PROTOC_PLUGIN}")
  endif()
  set(arguments "--plugin=protoc-gen-hawkmount=${plugin}")
  set(dependencies ${arg_DEPENDENCIES} protobuf::protoc "${plugin}")
  foreach(option IN LISTS arg_PLUGIN_OPTIONS)
    list(APPEND arguments "--hawkmount_opt=${option}")
    if(option MATCHES "^policy=(.+)")
      cmake_path(ABSOLUTE_PATH CMAKE_MATCH_1 OUTPUT_VARIABLE policy_file)
      list(APPEND dependencies "${policy_file}")
    endif()
  endforeach()
  list(APPEND arguments "--hawkmount_out=${out_dir}")
  set(extensions .hawkmount.pb.cc .hawkmount.pb.h)
  if(arg_TESTING)
    list(APPEND arguments "--hawkmount_opt=testing")
    list(APPEND extensions .hawkmount.testing.h)
  endif()
  if(NOT arg_NO_MESSAGES)
    if(arg_EXPORT_MACRO)
      list(APPEND arguments "--cpp_opt=dllexport_decl=${arg_EXPORT_MACRO}")
    endif()
    list(APPEND arguments "--cpp_out=${out_dir}")
    list(APPEND extensions .pb.cc .pb.h)
  endif()

  set(generated)
  foreach(proto IN LISTS arg_PROTOS)
    if(NOT proto MATCHES "\\.proto$")
      message(FATAL_ERROR "hawkmount_generate: ${proto} is neither a .proto nor a keyword")
    endif()
    cmake_path(ABSOLUTE_PATH proto NORMALIZE OUTPUT_VARIABLE proto_file)
    _hawkmount_name_of("${proto_file}" "${import_dirs}" name)
    # Not the last extension alone: foo.v1.proto becomes foo.v1.pb.h.
    string(REGEX REPLACE "\\.proto$" "" stem "${out_dir}/${name}")
    set(outputs ${extensions})
    list(TRANSFORM outputs PREPEND "${stem}")
    cmake_path(GET stem PARENT_PATH stem_dir)
    file(MAKE_DIRECTORY "${stem_dir}")

    # What protoc read, so that imports count as well. protoc 3.21 does not
    # escape spaces in it: with those, a changed import goes unnoticed.
    set(depfile)
    set(depfile_arguments)
    if(NOT "${out_dir};${import_dirs};${proto_file}" MATCHES " ")
      set(depfile DEPFILE "${stem}.hawkmount.d")
      set(depfile_arguments "--dependency_out=${stem}.hawkmount.d")
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc
        ${import_arguments} ${arguments} ${depfile_arguments} "${proto_file}"
      DEPENDS "${proto_file}" ${dependencies}
      ${depfile}
      WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
      COMMENT "Generating code of ${name}"
      VERBATIM)
    list(APPEND generated ${outputs})
  endforeach()
  set_source_files_properties(${generated} PROPERTIES
    GENERATED ON
    SKIP_AUTOGEN ON
    SKIP_UNITY_BUILD_INCLUSION ON)

  if(arg_TARGET)
    target_sources(${arg_TARGET} PRIVATE ${generated})
    target_include_directories(${arg_TARGET} PUBLIC "$<BUILD_INTERFACE:${out_dir}>")
  endif()
  if(arg_OUT_VAR)
    set(${arg_OUT_VAR} ${generated} PARENT_SCOPE)
  endif()
endfunction()

function(hawkmount_add_library NAME)
  cmake_parse_arguments(PARSE_ARGV 1 arg
    "STATIC;SHARED;OBJECT;NO_MESSAGES;TESTING"
    "PROTOC_OUT_DIR;EXPORT_MACRO"
    "PROTOS;IMPORT_DIRS;PLUGIN_OPTIONS;DEPENDENCIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(WARNING "hawkmount_add_library: does not know ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(type)
  foreach(keyword STATIC SHARED OBJECT)
    if(arg_${keyword})
      list(APPEND type ${keyword})
    endif()
  endforeach()
  if(NOT arg_PROTOS)
    message(FATAL_ERROR "hawkmount_add_library: ${NAME} names no PROTOS")
  endif()
  if(NOT arg_PROTOC_OUT_DIR)
    # One of its own, so that libraries can be made of the same protos.
    set(arg_PROTOC_OUT_DIR ${NAME}_generated)
  endif()

  add_library(${NAME} ${type})
  target_link_libraries(${NAME} PUBLIC hawkmount::runtime)
  set(forwarded)
  foreach(keyword IN ITEMS
      PROTOC_OUT_DIR EXPORT_MACRO PROTOS IMPORT_DIRS PLUGIN_OPTIONS DEPENDENCIES)
    if(DEFINED arg_${keyword})
      list(APPEND forwarded ${keyword} ${arg_${keyword}})
    endif()
  endforeach()
  foreach(keyword IN ITEMS NO_MESSAGES TESTING)
    if(arg_${keyword})
      list(APPEND forwarded ${keyword})
    endif()
  endforeach()
  hawkmount_generate(TARGET ${NAME} ${forwarded})
endfunction()

# The path of a proto from the first import directory that holds it, which is
# how protoc names it.
function(_hawkmount_name_of PROTO IMPORT_DIRS OUT)
  foreach(dir IN LISTS IMPORT_DIRS)
    cmake_path(IS_PREFIX dir "${PROTO}" is_below)
    if(is_below)
      cmake_path(RELATIVE_PATH PROTO BASE_DIRECTORY "${dir}" OUTPUT_VARIABLE name)
      set(${OUT} "${name}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  list(JOIN IMPORT_DIRS ", " looked_in)
  message(FATAL_ERROR
    "hawkmount_generate: ${PROTO} lies below none of the import directories "
    "(${looked_in}). Add the one that its imports are relative to to IMPORT_DIRS.")
endfunction()

cmake_policy(POP)
