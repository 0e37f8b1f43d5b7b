# Fuzzers: every tests/fuzz/<name>_fuzz.cc is a libFuzzer program of that name. They need clang and
# exist only in the preset fuzz; the target `fuzzers` builds them all.
if(NOT MILLRACE_SANITIZE STREQUAL "fuzzer")
  return()
endif()

add_custom_target(fuzzers)
file(GLOB fuzzers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cc)
foreach(source ${fuzzers})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE millrace_sql millrace_companions)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${name})
endforeach()
