# The stores: one conformance suite, and what only one of them has.
bespoke_add_test(
  store_conformance_test
  SOURCES
  store_cases_feed.cpp
  store_cases_mutations.cpp
  store_cases_queries.cpp
  store_cases_runners.cpp)
if(BESPOKE_WITH_SQLITE)
  target_compile_definitions(store_conformance_test PRIVATE BESPOKE_HAVE_SQLITE=1)
endif()
