# The package that find_package(hawkmount) finds. Holds no absolute path: the
# prefix can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hawkmount)
set(HAWKMOUNT_INSTALL_PROTO_DIR ${CMAKE_INSTALL_DATADIR}/hawkmount/proto)

install(TARGETS hawkmount_runtime hawkmount_testing hawkmount_options protoc-gen-hawkmount
  EXPORT hawkmount-targets
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT hawkmount-targets
  NAMESPACE hawkmount::
  DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/runtime/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/options/hawkmount/options.pb.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hawkmount)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/proto/
  DESTINATION ${HAWKMOUNT_INSTALL_PROTO_DIR}
  FILES_MATCHING PATTERN "*.proto")

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/hawkmount-config.cmake.in
  ${PROJECT_BINARY_DIR}/package/hawkmount-config.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS HAWKMOUNT_INSTALL_PROTO_DIR)
# Minor versions may break while the major one is 0.
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/package/hawkmount-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(
  FILES
    ${PROJECT_BINARY_DIR}/package/hawkmount-config.cmake
    ${PROJECT_BINARY_DIR}/package/hawkmount-config-version.cmake
    ${CMAKE_CURRENT_LIST_DIR}/HawkmountGenerate.cmake
  DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/hawkmount)
