# The engine in simulated worlds: the promises under faults, and each promise broken on purpose.
add_executable(bespoke_simulate simulation/simulate.cpp simulation/promise_ledger.cpp)
bespoke_target(bespoke_simulate)
target_include_directories(bespoke_simulate PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
target_link_libraries(bespoke_simulate PRIVATE bespoke::bespoke fmt::fmt)
add_test(NAME simulate COMMAND bespoke_simulate --seeds 100)
set_tests_properties(simulate PROPERTIES TIMEOUT 300)

# The runner once more, with its deliberate breaks compiled in; the rest comes from the library. Whether they are found doesn't
# depend on a sanitizer.
if(NOT BESPOKE_SANITIZE)
  file(GLOB sabotaged_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/runner/*.cpp" "${PROJECT_SOURCE_DIR}/src/simulation/*.cpp")
  add_executable(bespoke_sabotage simulation/sabotage.cpp simulation/promise_ledger.cpp ${sabotaged_sources})
  bespoke_target(bespoke_sabotage)
  target_compile_definitions(bespoke_sabotage PRIVATE BESPOKE_SABOTAGE)
  target_include_directories(bespoke_sabotage PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(bespoke_sabotage PRIVATE bespoke::bespoke fmt::fmt nlohmann_json::nlohmann_json)
  add_test(NAME sabotage COMMAND bespoke_sabotage --seeds 400)
  set_tests_properties(sabotage PROPERTIES TIMEOUT 900)
endif()
if(BESPOKE_BUILD_EXAMPLES)
  add_test(NAME simulation_example COMMAND bespoke_simulation_example 100)
endif()
