# The Node package and what is built on it. Their npm packages are installed first, as the lock files say; without npm the
# tests fail to run rather than being left out.
if(NOT BESPOKE_SANITIZE)  # a sanitizer's runtime must come first
  find_program(BESPOKE_NODE NAMES node nodejs)
  find_program(BESPOKE_NPM npm)
  set(bespoke_node "${PROJECT_SOURCE_DIR}/capi/node")
  add_test(NAME node_packages COMMAND ${BESPOKE_NPM} ci --prefer-offline --no-audit --no-fund WORKING_DIRECTORY "${bespoke_node}")
  set_tests_properties(node_packages PROPERTIES LABELS node FIXTURES_SETUP node_packages TIMEOUT 300)
  foreach(name IN ITEMS bad_arguments closing event_loop events install pipelines processes)
    add_test(NAME node_${name} COMMAND ${BESPOKE_NODE} --test --test-reporter=spec "${bespoke_node}/test/${name}.test.js")
    set_tests_properties(node_${name} PROPERTIES LABELS node FIXTURES_REQUIRED node_packages TIMEOUT 300
                                                 ENVIRONMENT "BESPOKE_LIBRARY=$<TARGET_SONAME_FILE:bespoke_c>")
  endforeach()
  set_tests_properties(node_event_loop node_processes PROPERTIES RUN_SERIAL ON)
  add_test(NAME node_types COMMAND ${BESPOKE_NODE} node_modules/typescript/bin/tsc -p . WORKING_DIRECTORY "${bespoke_node}")
  set_tests_properties(node_types PROPERTIES LABELS node FIXTURES_REQUIRED node_packages)
endif()
