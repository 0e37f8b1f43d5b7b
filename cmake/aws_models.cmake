# AWS service models: structs, tables and bindings, generated when the build is configured and
# whenever a file of an operation comes or goes (src/aws/model/generator).

set(MILLRACE_BOTOCORE ${CMAKE_SOURCE_DIR}/build/python/botocore CACHE PATH
    "the Python package botocore, whose service models are read; scripts/setup.sh fetches it")
if(NOT EXISTS ${MILLRACE_BOTOCORE}/data)
  message(FATAL_ERROR "no service models in ${MILLRACE_BOTOCORE}; run scripts/setup.sh")
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Each folder src/companions/<model>/operations holds the operations of the service whose model
# botocore calls <model>; src/control/operations those of kinesisanalyticsv2.
function(millrace_aws_models)
  set(services "")
  file(GLOB operations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/companions/*/operations/*.cc
       ${CMAKE_SOURCE_DIR}/src/control/operations/*.cc)
  foreach(file ${operations})
    cmake_path(GET file PARENT_PATH folder)
    cmake_path(GET folder PARENT_PATH service)
    cmake_path(GET service FILENAME name)
    if(name STREQUAL control)
      set(name kinesisanalyticsv2)
    endif()
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${CMAKE_SOURCE_DIR}/src)
    list(APPEND services ${name}=${folder})
  endforeach()
  list(REMOVE_DUPLICATES services)

  set(generator ${CMAKE_SOURCE_DIR}/src/aws/model/generator)
  file(GLOB scripts CONFIGURE_DEPENDS ${generator}/*.py)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scripts}
               ${MILLRACE_BOTOCORE}/__init__.py)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} -B ${generator}/generate.py --models ${MILLRACE_BOTOCORE}/data
            --source ${CMAKE_SOURCE_DIR}/src --out ${CMAKE_BINARY_DIR}/generated ${services}
    OUTPUT_VARIABLE sources COMMAND_ERROR_IS_FATAL ANY OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "\n" ";" sources "${sources}")
  foreach(source ${sources})
    string(REGEX MATCH "^([a-z]+) (.*)$" matched ${source})
    target_sources(millrace_${CMAKE_MATCH_1} PRIVATE ${CMAKE_MATCH_2})
  endforeach()
endfunction()
