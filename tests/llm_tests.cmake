# The LLM clients, and the server that plays one.
bespoke_add_test(sse_parser_test)
bespoke_add_test(llm_scripted_test)
if(BESPOKE_WITH_CURL)
  bespoke_add_test(llm_transport_test SOURCES raw_http_server.cpp)
  bespoke_add_test(llm_wire_test)
  bespoke_add_test(llm_openai_test SOURCES llm_harness.cpp raw_http_server.cpp)
  bespoke_add_test(llm_anthropic_test SOURCES llm_harness.cpp raw_http_server.cpp)
endif()
if(BESPOKE_BUILD_EXAMPLES)
  add_test(NAME paced_llm COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/paced_llm_test.py"
                                  $<TARGET_FILE:bespoke_paced_llm>)
  set_tests_properties(paced_llm PROPERTIES LABELS programs TIMEOUT 120)
endif()
