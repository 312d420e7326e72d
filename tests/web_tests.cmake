# The web example: its hook with a fake clock, and the whole in a browser on both backends. npm packages are installed first, as
# the lock files say; without npm or Chromium the tests fail to run rather than being left out.
if(NOT BESPOKE_SANITIZE AND TARGET bespoke_paced_llm)
  set(bespoke_web "${PROJECT_SOURCE_DIR}/examples/web")
  set(bespoke_npm_ci ${BESPOKE_NPM} ci --prefer-offline --no-audit --no-fund)
  add_test(NAME web_packages COMMAND ${bespoke_npm_ci} WORKING_DIRECTORY "${bespoke_web}")
  add_test(NAME web_fastify_packages COMMAND ${bespoke_npm_ci} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}/examples/fastify")
  set_tests_properties(web_packages PROPERTIES FIXTURES_SETUP web_packages)
  set_tests_properties(web_fastify_packages PROPERTIES FIXTURES_SETUP web_fastify_packages)
  add_test(NAME web_page COMMAND ${BESPOKE_NPM} run build WORKING_DIRECTORY "${bespoke_web}")
  set_tests_properties(web_page PROPERTIES FIXTURES_SETUP web_page FIXTURES_REQUIRED web_packages)
  add_test(NAME web_hook COMMAND ${BESPOKE_NPM} test WORKING_DIRECTORY "${bespoke_web}")
  set_tests_properties(web_hook PROPERTIES FIXTURES_REQUIRED web_packages)
  foreach(backend IN ITEMS fastify fastapi)
    add_test(NAME web_${backend} COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/node20.sh" --test --test-concurrency=1 --test-reporter=spec e2e/apply.test.js
                                         e2e/failures.test.js e2e/sharing.test.js WORKING_DIRECTORY "${bespoke_web}")
    set_tests_properties(web_${backend} PROPERTIES FIXTURES_REQUIRED "web_page;web_fastify_packages" ENVIRONMENT
                                                  "BACKEND=${backend};BESPOKE_BUILD=${PROJECT_BINARY_DIR};BESPOKE_LIBRARY=$<TARGET_SONAME_FILE:bespoke_c>")
  endforeach()
  set_tests_properties(web_packages web_fastify_packages web_page web_hook web_fastify web_fastapi PROPERTIES LABELS "programs;web" TIMEOUT 900)
endif()
