/* A small host in C for the tests: a runner with a pipeline of every kind of phase, answered by a loop. */
#ifndef BESPOKE_TESTS_CAPI_HOST_H
#define BESPOKE_TESTS_CAPI_HOST_H

#include <bespoke.h>

#include "check.h"

/* One of each kind of phase; the model is the host's own. */
static const char every_kind[] =
    "{\"store\":\"memory:\",\"llm\":\"host:own\",\"log\":{\"to\":\"none\"},\"pipelines\":[\"apply\",{\"name\":"
    "\"order\","
    "\"phases\":[{\"name\":\"fetch\",\"label\":\"Fetching...\",\"percent\":10},"
    "{\"name\":\"draft\",\"percent\":40,\"kind\":\"llm\",\"parse\":\"host\"},"
    "{\"name\":\"approve\",\"percent\":80,\"kind\":\"signal\"},"
    "{\"name\":\"send\",\"percent\":90}]}]}";

static const char order_request[] =
    "{\"pipeline\":\"order\",\"input\":{\"customer\":7},\"owner\":\"ada\",\"key\":\"\"}";

static inline bespoke_runner* open_runner(const char* config) {
  bespoke_runner* runner = NULL;
  bespoke_error* error = NULL;
  if (bespoke_runner_open(config, strlen(config), &runner, &error) != BESPOKE_OK) {
    fprintf(stderr, "open: %s\n", bespoke_error_message(error));
    exit(1);
  }
  return runner;
}

/* Copies the string behind `name` in JSON that the library has written; "" when there is none. */
static inline void string_of(const char* json, const char* name, char* value, size_t size) {
  char pattern[64];
  const char* found;
  size_t length = 0;
  snprintf(pattern, sizeof pattern, "\"%s\":\"", name);
  found = strstr(json, pattern);
  if (found != NULL) {
    found += strlen(pattern);
    while (found[length] != '\0' && found[length] != '"' && length + 1 < size) ++length;
    memcpy(value, found, length);
  }
  value[length] = '\0';
}

static inline uint64_t number_of(const char* json, const char* name) {
  char pattern[64];
  const char* found;
  snprintf(pattern, sizeof pattern, "\"%s\":", name);
  found = strstr(json, pattern);
  return found == NULL ? 0 : strtoull(found + strlen(pattern), NULL, 10);
}

static inline void submit_order(bespoke_runner* runner, char id[64]) {
  bespoke_buffer* job = NULL;
  bespoke_error* error = NULL;
  if (bespoke_job_submit(runner, order_request, strlen(order_request), &job, &error) != BESPOKE_OK) {
    fprintf(stderr, "submit: %s\n", bespoke_error_message(error));
    exit(1);
  }
  string_of(bespoke_buffer_data(job), "id", id, 64);
  bespoke_buffer_free(job);
}

static inline int32_t respond(bespoke_runner* runner, uint64_t task, const char* answer) {
  return bespoke_respond(runner, task, answer, strlen(answer), NULL);
}

/* The answer that goes with a task's kind; NULL for other events. */
static inline const char* usual_answer(const char* event) {
  char kind[32];
  string_of(event, "event", kind, sizeof kind);
  if (strcmp(kind, "task") != 0) return NULL;
  string_of(event, "kind", kind, sizeof kind);
  if (strcmp(kind, "phase") == 0) return "{\"answer\":\"finish\",\"output\":{\"done\":true}}";
  if (strcmp(kind, "build") == 0)
    return "{\"answer\":\"finish\",\"request\":{\"messages\":[{\"role\":\"user\",\"content\":\"Write.\"}]}}";
  if (strcmp(kind, "parse") == 0) return "{\"answer\":\"finish\",\"output\":{\"letter\":\"Dear\"}}";
  if (strcmp(kind, "llm") == 0) return "{\"answer\":\"finish\",\"response\":{\"text\":\"Dear\"}}";
  return "{\"answer\":\"fail\",\"error\":{\"code\":\"not_found\",\"message\":\"no such profile\"}}";
}

#endif
