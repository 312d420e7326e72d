# Tests of the C library: in C, against the header and the shared library alone.
enable_language(C)

function(bespoke_add_c_program name)
  add_executable(${name} capi/${name}.c)
  set_target_properties(${name} PROPERTIES C_STANDARD 99 RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin/capi")
  target_compile_options(${name} PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(${name} PRIVATE bespoke::capi Threads::Threads)
  if(BESPOKE_SANITIZE)  # the C++ inside needs the sanitizer's runtime for C++
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
endfunction()

# bespoke_add_c_test(NAME ARGUMENTS...): the program tests/capi/NAME.c, run in a folder of its own.
function(bespoke_add_c_test name)
  bespoke_add_c_program(${name})
  add_test(NAME capi_${name} COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/capi/in_new_folder.py"
                                     $<TARGET_FILE:${name}> ${ARGN})
  set_tests_properties(capi_${name} PROPERTIES LABELS capi TIMEOUT 300)
endfunction()

bespoke_add_c_program(header_c99)
set_target_properties(header_c99 PROPERTIES C_EXTENSIONS OFF)
target_compile_options(header_c99 PRIVATE -pedantic-errors)
add_test(NAME capi_header_c99 COMMAND header_c99)
add_executable(header_cxx capi/header_cxx.cpp)
set_target_properties(header_cxx PROPERTIES CXX_STANDARD 98 CXX_EXTENSIONS OFF RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin/capi")
target_compile_options(header_cxx PRIVATE -Wall -Wextra -Werror -pedantic-errors -Wno-long-long)
target_link_libraries(header_cxx PRIVATE bespoke::capi)
add_test(NAME capi_header_cxx COMMAND header_cxx)

bespoke_add_c_test(life_test {folder})
if(BESPOKE_SANITIZE MATCHES address)
  target_compile_definitions(life_test PRIVATE BESPOKE_TEST_FORKS_AT_REST)
endif()
bespoke_add_c_test(arguments_test)
# Every allocation of a life fails in its turn; in a usual run every so many-th.
bespoke_add_c_program(memory_test)
target_sources(memory_test PRIVATE capi/failing_allocations.cpp)
set_target_properties(memory_test PROPERTIES LINKER_LANGUAGE CXX CXX_STANDARD 20)
if(BESPOKE_SANITIZE)
  target_compile_definitions(memory_test PRIVATE BESPOKE_TEST_FAILS_NEW)
endif()
foreach(life_and_stride IN ITEMS "host 11" "sqlite 251" "http 23" "apply 499")
  if(BESPOKE_SANITIZE MATCHES thread)  # it says nothing of memory, and its own runtime can't do without
    break()
  endif()
  separate_arguments(life_and_stride)
  list(GET life_and_stride 0 life)
  list(GET life_and_stride 1 stride)
  set(patience 300)
  if(DEFINED ENV{BESPOKE_LONG_TESTS})
    set(stride 1)
    set(patience 7200)
  endif()
  add_test(NAME capi_memory_${life} COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/capi/in_new_folder.py"
                                            $<TARGET_FILE:memory_test> {folder} ${life} 1 ${stride})
  set_tests_properties(capi_memory_${life} PROPERTIES LABELS capi TIMEOUT ${patience})
endforeach()
if(DEFINED ENV{BESPOKE_LONG_TESTS})
  bespoke_add_c_test(loops_test {folder} 100000)
  set_tests_properties(capi_loops_test PROPERTIES TIMEOUT 1800)
elseif(NOT BESPOKE_SANITIZE)
  bespoke_add_c_test(loops_test {folder} 700)
endif()
if(NOT BESPOKE_SANITIZE)  # a sanitizer's runtime must come first
  bespoke_add_c_program(dlopen_test)
  set_target_properties(dlopen_test PROPERTIES LINK_LIBRARIES "${CMAKE_DL_LIBS}")
  add_dependencies(dlopen_test bespoke_c)
  target_include_directories(dlopen_test PRIVATE capi)
  add_test(NAME capi_dlopen_test COMMAND dlopen_test $<TARGET_FILE:bespoke_c>)
endif()
add_test(NAME capi_symbols COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/capi/symbols_test.py" $<TARGET_FILE:bespoke_c>)
add_test(NAME capi_abi COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/capi/abi_test.py")
set_tests_properties(capi_header_c99 capi_header_cxx capi_symbols capi_abi PROPERTIES LABELS capi)
if(TEST capi_dlopen_test)
  set_tests_properties(capi_dlopen_test PROPERTIES LABELS capi)
endif()

# The Python package, under the Python for which Debian's python3-pytest is installed; without it, the tests fail to run
# rather than being left out.
if(NOT BESPOKE_SANITIZE)
  find_program(BESPOKE_TEST_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH DOC "A Python 3.9 or later that has pytest")
  foreach(name IN ITEMS apply asyncio install llm phases processes runner)
    add_test(NAME python_${name} COMMAND ${BESPOKE_TEST_PYTHON} -m pytest -q -p no:cacheprovider
                                         "${CMAKE_CURRENT_SOURCE_DIR}/capi/python/test_${name}.py")
    set_tests_properties(
      python_${name} PROPERTIES LABELS python TIMEOUT 300 ENVIRONMENT
                                "PYTHONDONTWRITEBYTECODE=1;PYTHONPATH=${PROJECT_SOURCE_DIR}/capi/python;BESPOKE_LIBRARY=$<TARGET_SONAME_FILE:bespoke_c>")
  endforeach()
  set_tests_properties(python_asyncio python_processes PROPERTIES RUN_SERIAL ON)
  find_program(BESPOKE_MYPY mypy PATHS /usr/bin NO_DEFAULT_PATH)
  add_test(NAME python_types COMMAND ${BESPOKE_MYPY} --strict --cache-dir=/dev/null "${PROJECT_SOURCE_DIR}/capi/python/bespoke")
  set_tests_properties(python_types PROPERTIES LABELS python)
endif()

if(BESPOKE_INSTALL AND NOT BESPOKE_SANITIZE)
  foreach(which IN ITEMS installed inside)
    add_test(NAME consumers_${which} COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/consumers_test.py" ${which}
                                             "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
    set_tests_properties(consumers_${which} PROPERTIES LABELS capi TIMEOUT 300)
  endforeach()
endif()

if(BESPOKE_BUILD_EXAMPLES)
  add_test(NAME example_event_loop COMMAND bespoke_event_loop)
  set_tests_properties(example_event_loop PROPERTIES LABELS capi TIMEOUT 60 PASS_REGULAR_EXPRESSION "Done\n.*{\"orders\":3}")
  add_test(NAME example_c_preview COMMAND bespoke_c_preview examples/data/profiles/ada.json examples/data/postings/northwind.json
                                          "${CMAKE_CURRENT_BINARY_DIR}/preview_in_c.json" memory:
           WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(example_c_preview PROPERTIES LABELS capi TIMEOUT 60 PASS_REGULAR_EXPRESSION "succeeded  Preview ready!\nwrote ")
endif()
