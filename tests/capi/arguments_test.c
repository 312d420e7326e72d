/* Every function of the C API with arguments that no sane host would give: each must answer a status. */
#include "host.h"

#include <stdint.h>

static const char broken_utf8[] = "{\"pipeline\":\"order\",\"owner\":\"\xc3\x28\",\"input\":\"\xff\xfe\"}";
static const char cut[] = "{\"pipeline\":\"ord";
static const char no_id[] = "01a2129c-3aaf-7f9e-b49b-55a30b7b5fd1"; /* well-formed; there is no such job */

static char deep[20000];
static char deep_and_closed[1000000];

/* A document, as bytes, that is wrong everywhere. */
struct bad {
  const char* name;
  const char* data;
  size_t size;
};

static const struct bad bad_documents[] = {
    {"NULL with a length", NULL, 5},
    {"NULL, empty", NULL, 0},
    {"empty", "", 0},
    {"length of a negative number", "{}", (size_t)-1},
    {"no JSON", "nonsense", 8},
    {"cut", cut, sizeof cut - 1},
    {"broken UTF-8", broken_utf8, sizeof broken_utf8 - 1},
    {"NUL inside", "{\"a\":1}\0", 8},
    {"an array", "[1]", 3},
    {"a number", "1e400", 5},
    {"a wrong member", "{\"pipelime\":1}", 14},
    {"wrong types", "{\"pipeline\":[],\"store\":7,\"states\":4,\"answer\":1}", 47},
    {"deep", deep, sizeof deep},
    {"deep and closed", deep_and_closed, sizeof deep_and_closed},
};

/* A call with one document must refuse it, describe why, and leave the output empty. */
#define REFUSES(wanted, call)                                   \
  do {                                                          \
    bespoke_error* error = NULL;                                \
    bespoke_buffer* buffer = (bespoke_buffer*)&error;           \
    CHECK_STATUS(wanted, call);                                 \
    CHECK(buffer == NULL || buffer == (bespoke_buffer*)&error); \
    CHECK(error != NULL);                                       \
    CHECK(bespoke_error_status(error) == (wanted));             \
    CHECK(strlen(bespoke_error_message(error)) > 5);            \
    CHECK(bespoke_error_json(error)[0] == '{');                 \
    bespoke_error_free(error);                                  \
  } while (0)

static void test_documents(bespoke_runner* runner) {
  size_t i;
  memset(deep, '[', sizeof deep);
  memset(deep_and_closed, '[', sizeof deep_and_closed / 2);
  memset(deep_and_closed + sizeof deep_and_closed / 2, ']', sizeof deep_and_closed / 2);
  for (i = 0; i < sizeof bad_documents / sizeof *bad_documents; ++i) {
    const struct bad* it = &bad_documents[i];
    const int32_t wrong = BESPOKE_E_INVALID_ARGUMENT;
    bespoke_runner* opened = NULL;
    const int before = failures;
    REFUSES(wrong, bespoke_runner_open(it->data, it->size, &opened, &error));
    CHECK(opened == NULL);
    REFUSES(wrong, bespoke_job_submit(runner, it->data, it->size, &buffer, &error));
    REFUSES(wrong, bespoke_respond(runner, 1, it->data, it->size, &error));
    if (it->size != 0) {
      REFUSES(wrong, bespoke_job_list(runner, it->data, it->size, &buffer, &error));
      REFUSES(wrong, bespoke_apply_pdf("{}", 2, it->data, it->size, &buffer, &error));
      REFUSES(wrong, bespoke_job_get(runner, it->data, it->size, NULL, 0, &buffer, &error));
    }
    REFUSES(wrong, bespoke_apply_rerender(it->data, it->size, "[]", 2, &buffer, &error));
    REFUSES(wrong, bespoke_apply_rerender("{}", 2, it->data, it->size, &buffer, &error));
    if (failures != before) fprintf(stderr, "  with %s\n", it->name);
  }
}

/* Every call about one job with a given handle, id and owner. */
static void every_job_call(int32_t wanted, bespoke_runner* runner, const char* id, size_t n, const char* owner,
                           size_t owner_size) {
  uint64_t number = 7;
  REFUSES(wanted, bespoke_job_get(runner, id, n, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_input(runner, id, n, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_result(runner, id, n, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_output(runner, id, n, "fetch", 5, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_cancel(runner, id, n, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_signal(runner, id, n, "go", 2, "1", 1, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_resume(runner, id, n, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_resume_with(runner, id, n, "{}", 2, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_fork(runner, id, n, "{\"from\":\"send\"}", 15, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_job_delete(runner, id, n, owner, owner_size, &error));
  REFUSES(wanted, bespoke_job_wait(runner, id, n, 0, owner, owner_size, &buffer, &error));
  REFUSES(wanted, bespoke_watch_open(runner, id, n, owner, owner_size, &number, &error));
  CHECK(number == 0 || number == 7);
}

static void every_runner_call(int32_t wanted, bespoke_runner* runner) {
  int fd = 7;
  REFUSES(wanted, bespoke_job_submit(runner, order_request, strlen(order_request), &buffer, &error));
  REFUSES(wanted, bespoke_job_list(runner, NULL, 0, &buffer, &error));
  REFUSES(wanted, bespoke_owner_delete(runner, "ada", 3, NULL, &error));
  REFUSES(wanted, bespoke_runner_purge(runner, -1, NULL, 0, NULL, &error));
  REFUSES(wanted, bespoke_runner_stats(runner, &buffer, &error));
  REFUSES(wanted, bespoke_runner_metrics(runner, &buffer, &error));
  REFUSES(wanted, bespoke_runner_wait_until_idle(runner, 0, &error));
  REFUSES(wanted, bespoke_job_poll(runner, no_id, strlen(no_id), NULL, 0, NULL, NULL, NULL, &error));
  (void)fd;
}

static void test_ids(bespoke_runner* runner) {
  every_job_call(BESPOKE_E_NOT_FOUND, runner, no_id, strlen(no_id), NULL, 0);
  every_job_call(BESPOKE_E_NOT_FOUND, runner, no_id, strlen(no_id), "\xff\xfe", 2);
  every_job_call(BESPOKE_E_INVALID_ARGUMENT, runner, NULL, 0, NULL, 0);
  every_job_call(BESPOKE_E_INVALID_ARGUMENT, runner, NULL, 36, NULL, 0);
  every_job_call(BESPOKE_E_INVALID_ARGUMENT, runner, no_id, 35, NULL, 0);
  every_job_call(BESPOKE_E_INVALID_ARGUMENT, runner, no_id, (size_t)-36, NULL, 0);
  every_job_call(BESPOKE_E_INVALID_ARGUMENT, runner, no_id, 36, NULL, 3);
  every_job_call(BESPOKE_E_INVALID_ARGUMENT, runner, no_id, 36, "ada", (size_t)-1);
}

/* Handles that are none, or were freed. */
static void test_handles(void) {
  bespoke_runner* freed = open_runner(every_kind);
  bespoke_buffer* event = NULL;
  uint64_t number = 0;
  int fd = 7;
  int local = 0;
  bespoke_runner* nonsense[3];
  size_t i;
  bespoke_runner_free(freed);
  bespoke_runner_free(freed);
  bespoke_runner_free(NULL);
  every_runner_call(BESPOKE_E_CLOSED, freed);
  every_job_call(BESPOKE_E_CLOSED, freed, no_id, strlen(no_id), NULL, 0);
  CHECK_STATUS(BESPOKE_E_CLOSED, bespoke_next_event(freed, 0, &event, NULL));
  CHECK_STATUS(BESPOKE_E_CLOSED, bespoke_runner_wake_fd(freed, &fd, NULL));
  CHECK(fd == -1);
  CHECK_STATUS(BESPOKE_E_CLOSED, bespoke_runner_shutdown(freed, 0, NULL));
  CHECK_STATUS(BESPOKE_E_CLOSED, bespoke_watch_close(freed, 1, NULL));
  CHECK_STATUS(BESPOKE_E_CLOSED, bespoke_respond(freed, 1, "{}", 2, NULL));
  nonsense[0] = NULL;
  nonsense[1] = (bespoke_runner*)&local;
  nonsense[2] = (bespoke_runner*)(uintptr_t)1;
  for (i = 0; i < 3; ++i) {
    every_runner_call(BESPOKE_E_INVALID_ARGUMENT, nonsense[i]);
    every_job_call(BESPOKE_E_INVALID_ARGUMENT, nonsense[i], no_id, strlen(no_id), NULL, 0);
    CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_next_event(nonsense[i], 0, &event, NULL));
    CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_runner_wake_fd(nonsense[i], &fd, NULL));
    CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_runner_shutdown(nonsense[i], 0, NULL));
    CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_watch_close(nonsense[i], 1, NULL));
    CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_respond(nonsense[i], 1, "{}", 2, NULL));
    bespoke_runner_free(nonsense[i]);
  }
  (void)number;
}

/* After shutdown, with the handle still there. */
static void test_closed(void) {
  bespoke_runner* runner = open_runner(every_kind);
  bespoke_buffer* event = NULL;
  CHECK_STATUS(BESPOKE_OK, bespoke_runner_shutdown(runner, 0, NULL));
  CHECK_STATUS(BESPOKE_OK, bespoke_runner_shutdown(runner, 5, NULL));
  CHECK_STATUS(BESPOKE_CLOSED, bespoke_next_event(runner, 20000, &event, NULL));
  CHECK_STATUS(BESPOKE_CLOSED, bespoke_next_event(runner, -1, &event, NULL));
  every_runner_call(BESPOKE_E_CLOSED, runner);
  every_job_call(BESPOKE_E_CLOSED, runner, no_id, strlen(no_id), NULL, 0);
  CHECK_STATUS(BESPOKE_NOTHING, bespoke_watch_close(runner, 1, NULL));
  bespoke_runner_free(runner);
}

/* Outputs that are NULL, and errors that nobody wants. */
static void test_outputs(bespoke_runner* runner) {
  const int32_t wrong = BESPOKE_E_INVALID_ARGUMENT;
  const size_t n = strlen(no_id);
  CHECK_STATUS(wrong, bespoke_runner_open(every_kind, strlen(every_kind), NULL, NULL));
  CHECK_STATUS(wrong, bespoke_runner_stats(runner, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_runner_metrics(runner, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_runner_wake_fd(runner, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_submit(runner, order_request, strlen(order_request), NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_get(runner, no_id, n, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_list(runner, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_input(runner, no_id, n, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_result(runner, no_id, n, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_output(runner, no_id, n, "a", 1, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_cancel(runner, no_id, n, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_signal(runner, no_id, n, "a", 1, "1", 1, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_resume(runner, no_id, n, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_fork(runner, no_id, n, "{\"from\":\"a\"}", 12, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_owner_delete(runner, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_owner_delete(runner, NULL, 3, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_runner_purge(runner, -1, NULL, 3, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_job_wait(runner, no_id, n, 0, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_next_event(runner, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_watch_open(runner, no_id, n, NULL, 0, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_apply_rerender("{}", 2, "[]", 2, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_apply_pdf("{}", 2, "cv", 2, NULL, NULL));
  CHECK_STATUS(wrong, bespoke_runner_shutdown(runner, -1, NULL));
  CHECK_STATUS(wrong, bespoke_runner_shutdown(runner, INT64_MAX, NULL));
  CHECK(bespoke_error_status(NULL) == 0);
  CHECK(strcmp(bespoke_error_message(NULL), "") == 0);
  CHECK(strcmp(bespoke_error_json(NULL), "{}") == 0);
  CHECK(strcmp(bespoke_buffer_data(NULL), "") == 0);
  CHECK(bespoke_buffer_size(NULL) == 0);
  bespoke_error_free(NULL);
  bespoke_buffer_free(NULL);
}

/* Signals and phases whose names are no text. */
static void test_names(bespoke_runner* runner) {
  bespoke_buffer* buffer = NULL;
  char id[64];
  size_t n;
  submit_order(runner, id);
  n = strlen(id);
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT,
               bespoke_job_signal(runner, id, n, "\xff\xfe", 2, "1", 1, NULL, 0, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT,
               bespoke_job_signal(runner, id, n, "go", 2, "\xff", 1, NULL, 0, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_job_signal(runner, id, n, NULL, 2, "1", 1, NULL, 0, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_job_signal(runner, id, n, "go", 2, NULL, 1, NULL, 0, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_output(runner, id, n, "\xff\xfe", 2, NULL, 0, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_output(runner, id, n, NULL, 0, NULL, 0, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_job_output(runner, id, n, NULL, 4, NULL, 0, &buffer, NULL));
  CHECK_STATUS(BESPOKE_OK, bespoke_job_get(runner, id, n, NULL, 0, &buffer, NULL));
  CHECK(strstr(bespoke_buffer_data(buffer), "running") != NULL);
  bespoke_buffer_free(buffer);
}

/* Configurations that are JSON, and wrong; the message names the place. */
static void test_configurations(void) {
  static const char* const wrong[][2] = {
      {"{}", "config/store"},
      {"{\"store\":\"nosuch:\"}", "nosuch"},
      {"{\"store\":\"memory:\",\"llm\":\"nosuch\"}", "nosuch"},
      {"{\"store\":\"memory:\",\"llm\":\"host:\"}", "config/llm"},
      {"{\"store\":\"memory:\",\"models\":[1]}", "config/models/0"},
      {"{\"store\":\"memory:\",\"llm\":[]}", "config/llm"},
      {"{\"store\":\"memory:\",\"llm\":[\"extractive\",\"nosuch\"]}", "nosuch"},
      {"{\"store\":\"memory:\",\"llm\":\"host:a,extractive\"}", "array"},
      {"{\"store\":\"memory:\",\"llm\":{\"limits\":{\"failures_to_open\":0}}}", "config/llm/limits/failures_to_open"},
      {"{\"store\":\"memory:\",\"job_budget\":{\"tokens\":-1}}", "config/job_budget/tokens"},
      {"{\"store\":\"memory:\",\"pipelines\":[\"nosuch\"]}", "config/pipelines/0"},
      {"{\"store\":\"memory:\",\"pipelines\":[{\"name\":\"a\",\"phases\":[]}]}", "config/pipelines/0/phases"},
      {"{\"store\":\"memory:\",\"pipelines\":[{\"name\":\"a\",\"phases\":[{\"name\":\"b\",\"percents\":1}]}]}",
       "config/pipelines/0/phases/0"},
      {"{\"store\":\"memory:\",\"pipelines\":[{\"name\":\"a\",\"phases\":[{\"name\":\"B\"}]}]}", "B"},
      {"{\"store\":\"memory:\",\"pipelines\":[{\"name\":\"a\",\"phases\":[{\"name\":\"b\",\"retry\":{\"max_attempts\":"
       "0}}]}]}",
       "config/pipelines/0/phases/0/retry/max_attempts"},
      {"{\"store\":\"memory:\",\"pipelines\":[{\"name\":\"a\",\"phases\":[{\"name\":\"b\",\"percent\":5},{\"name\":"
       "\"c\","
       "\"percent\":4}]}]}",
       "percent"},
      {"{\"store\":\"memory:\",\"pipelines\":[{\"pipeline\":\"apply\",\"prompts\":{\"nosuch\":\"x\"}}]}", "nosuch"},
      {"{\"store\":\"memory:\",\"pipelines\":[\"apply\",\"apply\"]}", "apply"},
      {"{\"store\":\"memory:\",\"max_jobs\":0}", "config/max_jobs"},
      {"{\"store\":\"memory:\",\"max_jobs\":1e30}", "config/max_jobs"},
      {"{\"store\":\"memory:\",\"log\":{\"to\":\"syslog\"}}", "config/log/to"},
      {"{\"store\":\"memory:\",\"claim\":\"some\"}", "config/claim"},
  };
  size_t i;
  for (i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
    bespoke_runner* runner = NULL;
    bespoke_error* error = NULL;
    const int before = failures;
    CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_runner_open(wrong[i][0], strlen(wrong[i][0]), &runner, &error));
    CHECK(runner == NULL);
    CHECK(strstr(bespoke_error_message(error), wrong[i][1]) != NULL);
    if (failures != before) fprintf(stderr, "  %s: %s\n", wrong[i][0], bespoke_error_message(error));
    bespoke_error_free(error);
  }
}

int main(void) {
  bespoke_runner* runner = open_runner(every_kind);
  test_documents(runner);
  test_ids(runner);
  test_outputs(runner);
  test_names(runner);
  bespoke_runner_free(runner);
  test_handles();
  test_closed();
  test_configurations();
  printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
