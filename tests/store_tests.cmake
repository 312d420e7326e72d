# The stores: one conformance suite, and what only one of them has.
set(store_cases store_case.cpp store_cases_feed.cpp store_cases_mutations.cpp store_cases_queries.cpp
                store_cases_runners.cpp)
bespoke_add_test(store_conformance_test SOURCES ${store_cases})
bespoke_add_test(broken_store_test SOURCES broken_store.cpp ${store_cases})
if(BESPOKE_WITH_SQLITE)
  target_compile_definitions(store_conformance_test PRIVATE BESPOKE_HAVE_SQLITE=1)

  add_executable(store_peer store_peer.cpp)
  bespoke_target(store_peer)
  target_include_directories(store_peer PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(store_peer PRIVATE bespoke::bespoke fmt::fmt)
  bespoke_add_test(store_sqlite_test)
  bespoke_add_test(store_sqlite_process_test SOURCES peer_process.cpp)
  target_compile_definitions(store_sqlite_process_test PRIVATE STORE_PEER="$<TARGET_FILE:store_peer>")
  add_dependencies(store_sqlite_process_test store_peer)
endif()
