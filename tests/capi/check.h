/* Checks for tests in C: what fails is printed and counted, and the test goes on. */
#ifndef BESPOKE_TESTS_CAPI_CHECK_H
#define BESPOKE_TESTS_CAPI_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;
static int checks = 0;

#define CHECK(condition)                                                       \
  do {                                                                         \
    ++checks;                                                                  \
    if (!(condition)) {                                                        \
      ++failures;                                                              \
      fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
    }                                                                          \
  } while (0)

#define CHECK_STATUS(wanted, call)                                                                               \
  do {                                                                                                           \
    const int32_t got_ = (call);                                                                                 \
    ++checks;                                                                                                    \
    if (got_ != (wanted)) {                                                                                      \
      ++failures;                                                                                                \
      fprintf(stderr, "%s:%d: %s gave %s instead of %s\n", __FILE__, __LINE__, #call, bespoke_status_name(got_), \
              bespoke_status_name(wanted));                                                                      \
    }                                                                                                            \
  } while (0)

#define REQUIRE(condition)                                                                \
  do {                                                                                    \
    ++checks;                                                                             \
    if (!(condition)) {                                                                   \
      fprintf(stderr, "%s:%d: expected %s; giving up\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                            \
    }                                                                                     \
  } while (0)

#endif
