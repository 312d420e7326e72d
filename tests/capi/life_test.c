/* The life of jobs through the C API, as a host in C lives it. */
#include "host.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Takes events and answers tasks until the job is in `state`; counts kinds of tasks. */
static int run_until(bespoke_runner* runner, const char* state) {
  int tasks = 0;
  char text[64];
  for (;;) {
    bespoke_buffer* event = NULL;
    const char* json;
    int reached = 0;
    const int32_t status = bespoke_next_event(runner, 20000, &event, NULL);
    if (status != BESPOKE_OK) {
      fprintf(stderr, "no event: %s\n", bespoke_status_name(status));
      exit(1);
    }
    json = bespoke_buffer_data(event);
    if (usual_answer(json) != NULL) {
      ++tasks;
      CHECK_STATUS(BESPOKE_OK, respond(runner, number_of(json, "task"), usual_answer(json)));
    } else {
      string_of(json, "event", text, sizeof text);
      if (strcmp(text, "change") == 0 && strstr(json, "\"kind\":\"snapshot\"") != NULL) {
        string_of(json, "state", text, sizeof text);
        reached = strcmp(text, state) == 0;
      }
    }
    bespoke_buffer_free(event);
    if (reached) return tasks;
  }
}

/* The leak sanitizer asks this at exit. It can't stop the threads that a forked child left behind, and takes what they
   hold for leaks. */
int __lsan_is_turned_off(void);
static int in_forked_child = 0;
int __lsan_is_turned_off(void) {
  return in_forked_child;
}

/* Forks a succeeded order before its last phase, deletes the fork while it is watched, then all that is left. */
static void test_fork_and_delete(bespoke_runner* runner, const char* id) {
  static const char from_send[] = "{\"from\":\"send\"}";
  bespoke_buffer* buffer = NULL;
  char forked[64];
  uint64_t watch = 0;
  uint64_t count = 0;
  int ended = 0;
  CHECK_STATUS(BESPOKE_OK,
               bespoke_job_fork(runner, id, strlen(id), from_send, strlen(from_send), "ada", 3, &buffer, NULL));
  string_of(bespoke_buffer_data(buffer), "id", forked, sizeof forked);
  bespoke_buffer_free(buffer);
  CHECK(strcmp(forked, id) != 0);
  CHECK_STATUS(BESPOKE_OK, bespoke_watch_open(runner, forked, strlen(forked), NULL, 0, &watch, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_delete(runner, forked, strlen(forked), "bob", 3, NULL));
  CHECK_STATUS(BESPOKE_OK, bespoke_job_delete(runner, forked, strlen(forked), "ada", 3, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_get(runner, forked, strlen(forked), NULL, 0, &buffer, NULL));
  while (!ended) {
    REQUIRE(bespoke_next_event(runner, 20000, &buffer, NULL) == BESPOKE_OK);
    ended = strncmp(bespoke_buffer_data(buffer), "{\"event\":\"watch_end\"", 20) == 0 &&
            number_of(bespoke_buffer_data(buffer), "watch") == watch;
    bespoke_buffer_free(buffer);
  }
  CHECK_STATUS(BESPOKE_NOTHING, bespoke_watch_close(runner, watch, NULL));
  CHECK_STATUS(BESPOKE_OK, bespoke_runner_purge(runner, -1, NULL, 0, &count, NULL));
  CHECK(count == 0);
  CHECK_STATUS(BESPOKE_OK, bespoke_owner_delete(runner, "ada", 3, &count, NULL));
  CHECK(count == 1);
}

static void test_whole_life(void) {
  bespoke_runner* runner = open_runner(every_kind);
  bespoke_buffer* buffer = NULL;
  bespoke_error* error = NULL;
  char id[64];
  uint64_t watch = 0;
  int32_t state = -1;
  int32_t percent = -1;
  uint64_t revision = 0;
  submit_order(runner, id);
  CHECK_STATUS(BESPOKE_OK, bespoke_watch_open(runner, id, strlen(id), "ada", 3, &watch, &error));
  CHECK(watch > 0);
  CHECK(run_until(runner, "waiting") == 4); /* fetch, build, llm, parse */

  CHECK_STATUS(BESPOKE_OK,
               bespoke_job_wait(runner, id, strlen(id), 0, NULL, 0, &buffer, NULL)); /* waits for a signal */
  CHECK(strstr(bespoke_buffer_data(buffer), "\"signal\":\"approve\"") != NULL);
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK, bespoke_job_signal(runner, id, strlen(id), "approve", 7, "{\"by\":\"eve\"}", 12, NULL, 0,
                                              &buffer, &error));
  bespoke_buffer_free(buffer);
  CHECK(run_until(runner, "succeeded") == 1);

  CHECK_STATUS(BESPOKE_OK, bespoke_job_poll(runner, id, strlen(id), NULL, 0, &state, &percent, &revision, NULL));
  CHECK(state == BESPOKE_JOB_SUCCEEDED && percent == 10000 && revision > 5);
  CHECK_STATUS(BESPOKE_NOTHING, bespoke_job_poll(runner, id, strlen(id), "bob", 3, &state, &percent, &revision, NULL));
  CHECK_STATUS(BESPOKE_OK, bespoke_job_result(runner, id, strlen(id), "ada", 3, &buffer, NULL));
  CHECK(strcmp(bespoke_buffer_data(buffer), "{\"done\":true}") == 0);
  CHECK(bespoke_buffer_size(buffer) == strlen("{\"done\":true}"));
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK, bespoke_job_output(runner, id, strlen(id), "approve", 7, NULL, 0, &buffer, NULL));
  CHECK(strcmp(bespoke_buffer_data(buffer), "{\"by\":\"eve\"}") == 0);
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK, bespoke_job_input(runner, id, strlen(id), NULL, 0, &buffer, NULL));
  CHECK(strcmp(bespoke_buffer_data(buffer), "{\"customer\":7}") == 0);
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK,
               bespoke_job_list(runner, "{\"owner\":\"ada\",\"states\":[\"succeeded\"]}", 39, &buffer, &error));
  CHECK(strstr(bespoke_buffer_data(buffer), id) != NULL);
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK, bespoke_job_list(runner, NULL, 0, &buffer, NULL));
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK, bespoke_runner_stats(runner, &buffer, NULL));
  CHECK(number_of(bespoke_buffer_data(buffer), "open_watches") == 1);
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK, bespoke_runner_metrics(runner, &buffer, NULL));
  CHECK(strstr(bespoke_buffer_data(buffer), "\nbespoke_host_watches_open 1\n") != NULL);
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK, bespoke_runner_wait_until_idle(runner, 10000, NULL));
  test_fork_and_delete(runner, id);
  CHECK_STATUS(BESPOKE_OK, bespoke_watch_close(runner, watch, NULL));
  CHECK_STATUS(BESPOKE_NOTHING, bespoke_watch_close(runner, watch, NULL));
  bespoke_runner_free(runner);
}

/* Another's job is not there, for every call that takes an id. */
static void test_owners(void) {
  bespoke_runner* runner = open_runner(every_kind);
  bespoke_buffer* buffer = NULL;
  uint64_t watch = 0;
  char id[64];
  size_t n;
  submit_order(runner, id);
  n = strlen(id);
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_get(runner, id, n, "bob", 3, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_get(runner, id, n, "", 0, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_input(runner, id, n, "bob", 3, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_result(runner, id, n, "bob", 3, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_output(runner, id, n, "fetch", 5, "bob", 3, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_cancel(runner, id, n, "bob", 3, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_signal(runner, id, n, "approve", 7, "1", 1, "bob", 3, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_resume(runner, id, n, "bob", 3, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_job_wait(runner, id, n, 0, "bob", 3, &buffer, NULL));
  CHECK_STATUS(BESPOKE_E_NOT_FOUND, bespoke_watch_open(runner, id, n, "bob", 3, &watch, NULL));
  CHECK_STATUS(BESPOKE_OK, bespoke_job_get(runner, id, n, "ada", 3, &buffer, NULL));
  bespoke_buffer_free(buffer);
  bespoke_runner_free(runner);
}

/* Tasks: answers out of order, twice, too late, and the end of a task whose attempt has ended. */
static void test_tasks(void) {
  bespoke_runner* runner = open_runner(every_kind);
  bespoke_buffer* event = NULL;
  bespoke_buffer* job = NULL;
  bespoke_error* error = NULL;
  const char* answer = "{\"answer\":\"finish\"}";
  char id[64];
  uint64_t task;
  submit_order(runner, id);
  REQUIRE(bespoke_next_event(runner, 20000, &event, NULL) == BESPOKE_OK);
  task = number_of(bespoke_buffer_data(event), "task");
  CHECK(strstr(bespoke_buffer_data(event), "\"input\":{\"customer\":7},\"outputs\":{}") != NULL);
  bespoke_buffer_free(event);

  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, respond(runner, 0, "{}"));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, respond(runner, task + 1, "{\"answer\":\"finish\",\"output\":1}"));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, respond(runner, UINT64_MAX, "{\"answer\":\"finish\",\"output\":1}"));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, bespoke_respond(runner, task, answer, strlen(answer), &error));
  CHECK(strcmp(bespoke_error_message(error), "answer: \"output\" is missing") == 0);
  CHECK(strncmp(bespoke_error_json(error), "{\"code\":\"invalid_argument\"", 26) == 0);
  bespoke_error_free(error);
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, respond(runner, task, "[]"));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, respond(runner, task, "{\"answer\":\"dance\"}"));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, respond(runner, task, "{\"answer\":\"progress\",\"fraction\":\"half\"}"));
  CHECK_STATUS(BESPOKE_E_INVALID_ARGUMENT, respond(runner, task,
                                                   "{\"answer\":\"fail\",\"error\":{\"code\":\"nonsense\","
                                                   "\"message\":\"x\"}}"));
  CHECK_STATUS(BESPOKE_OK, respond(runner, task, "{\"answer\":\"progress\",\"fraction\":0.5}"));
  CHECK_STATUS(BESPOKE_OK, respond(runner, task, "{\"answer\":\"text\",\"text\":\"so far\"}"));

  /* A fatal failure ends the job, with the host's detail in it. */
  CHECK_STATUS(BESPOKE_OK, respond(runner, task,
                                   "{\"answer\":\"fail\",\"error\":{\"message\":\"no stock\",\"detail\":\"line 7\","
                                   "\"retryable\":false}}"));
  CHECK_STATUS(BESPOKE_NOTHING, respond(runner, task, "{\"answer\":\"finish\",\"output\":1}"));
  CHECK_STATUS(BESPOKE_OK, bespoke_job_wait(runner, id, strlen(id), 20000, NULL, 0, &job, NULL));
  CHECK(strstr(bespoke_buffer_data(job), "\"state\":\"failed\"") != NULL);
  CHECK_STATUS(BESPOKE_NOTHING, bespoke_next_event(runner, 0, &event, NULL)); /* no end of an answered task */
  CHECK(strstr(bespoke_buffer_data(job),
               "\"code\":\"phase_failed\",\"message\":\"no stock\",\"phase\":\"fetch\",\"attempt\":1,"
               "\"retryable\":false,\"detail\":\"line 7\"") != NULL);
  bespoke_buffer_free(job);

  /* A cancelled job's task ends. */
  submit_order(runner, id);
  REQUIRE(bespoke_next_event(runner, 20000, &event, NULL) == BESPOKE_OK);
  task = number_of(bespoke_buffer_data(event), "task");
  bespoke_buffer_free(event);
  CHECK_STATUS(BESPOKE_OK, bespoke_job_cancel(runner, id, strlen(id), NULL, 0, &job, NULL));
  CHECK(strstr(bespoke_buffer_data(job), "\"state\":\"cancelled\"") != NULL);
  bespoke_buffer_free(job);
  REQUIRE(bespoke_next_event(runner, 20000, &event, NULL) == BESPOKE_OK);
  CHECK(strncmp(bespoke_buffer_data(event), "{\"event\":\"task_end\"", 19) == 0);
  CHECK(number_of(bespoke_buffer_data(event), "task") == task);
  bespoke_buffer_free(event);
  CHECK_STATUS(BESPOKE_NOTHING, respond(runner, task, "{\"answer\":\"finish\",\"output\":1}"));

  /* Resumed, it comes again. */
  CHECK_STATUS(BESPOKE_OK, bespoke_job_resume(runner, id, strlen(id), NULL, 0, &job, NULL));
  bespoke_buffer_free(job);
  REQUIRE(bespoke_next_event(runner, 20000, &event, NULL) == BESPOKE_OK);
  CHECK(number_of(bespoke_buffer_data(event), "attempt") == 2);
  bespoke_buffer_free(event);
  bespoke_runner_free(runner);
}

/* The same key is the same job; with another input it is a conflict. */
static void test_idempotency(void) {
  bespoke_runner* runner = open_runner(every_kind);
  bespoke_buffer* first = NULL;
  bespoke_buffer* second = NULL;
  char one[64];
  char two[64];
  const char* request = "{\"pipeline\":\"order\",\"input\":1,\"owner\":\"ada\",\"key\":\"k\"}";
  const char* other = "{\"pipeline\":\"order\",\"input\":2,\"owner\":\"ada\",\"key\":\"k\"}";
  CHECK_STATUS(BESPOKE_OK, bespoke_job_submit(runner, request, strlen(request), &first, NULL));
  CHECK_STATUS(BESPOKE_OK, bespoke_job_submit(runner, request, strlen(request), &second, NULL));
  string_of(bespoke_buffer_data(first), "id", one, sizeof one);
  string_of(bespoke_buffer_data(second), "id", two, sizeof two);
  CHECK(one[0] != '\0' && strcmp(one, two) == 0);
  bespoke_buffer_free(first);
  bespoke_buffer_free(second);
  CHECK_STATUS(BESPOKE_E_CONFLICT, bespoke_job_submit(runner, other, strlen(other), &first, NULL));
  CHECK(first == NULL);
  bespoke_runner_free(runner);
}

static int readable(int fd, int timeout_ms) {
  struct pollfd look = {fd, POLLIN, 0};
  return poll(&look, 1, timeout_ms) == 1;
}

/* The descriptor wakes when the queue turns from empty to not empty, is armed again by emptying it, and stays readable
 * once the queue is closed. */
static void test_wake_fd(void) {
  bespoke_runner* runner = open_runner(every_kind);
  bespoke_buffer* event = NULL;
  char id[64];
  int fd = -1;
  int other = -1;
  int round;
  REQUIRE(bespoke_runner_wake_fd(runner, &fd, NULL) == BESPOKE_OK);
  REQUIRE(bespoke_runner_wake_fd(runner, &other, NULL) == BESPOKE_OK);
  CHECK(fd >= 0 && other >= 0 && fd != other);
  close(other);
  CHECK(!readable(fd, 0));
  for (round = 0; round < 3; ++round) {
    submit_order(runner, id);
    CHECK(readable(fd, 20000));
    if (round == 1) { /* a host may read, or not */
      char byte;
      CHECK(read(fd, &byte, 1) == 1);
    }
    CHECK_STATUS(BESPOKE_OK, bespoke_next_event(runner, 0, &event, NULL));
    bespoke_buffer_free(event);
    CHECK_STATUS(BESPOKE_NOTHING, bespoke_next_event(runner, 0, &event, NULL));
    CHECK(event == NULL);
    CHECK(!readable(fd, 0));
  }
  CHECK_STATUS(BESPOKE_OK, bespoke_runner_shutdown(runner, 0, NULL));
  for (;;) {
    int32_t status;
    CHECK(readable(fd, 20000));
    status = bespoke_next_event(runner, 0, &event, NULL);
    if (status == BESPOKE_CLOSED) break;
    if (status == BESPOKE_OK) bespoke_buffer_free(event);
  }
  CHECK(readable(fd, 0));
  bespoke_runner_free(runner);
  CHECK(readable(fd, 0)); /* its other end is gone; the duplicate is the host's */
  close(fd);
}

static void* wait_for_event(void* runner) {
  bespoke_buffer* event = NULL;
  int32_t status;
  while ((status = bespoke_next_event(runner, -1, &event, NULL)) == BESPOKE_OK) bespoke_buffer_free(event);
  CHECK(status == BESPOKE_CLOSED || status == BESPOKE_E_CLOSED);
  return NULL;
}

static void* wait_for_job(void* context) {
  void** both = context;
  bespoke_buffer* job = NULL;
  const char* id = both[1];
  CHECK_STATUS(BESPOKE_E_CLOSED, bespoke_job_wait(both[0], id, strlen(id), -1, NULL, 0, &job, NULL));
  CHECK(job == NULL);
  return NULL;
}

/* Freeing while threads are inside calls lets them out, and every later call answers "closed". */
static void test_free_while_busy(void) {
  bespoke_runner* runner = open_runner(every_kind);
  bespoke_buffer* event = NULL;
  char id[64];
  void* both[2];
  pthread_t waiter;
  pthread_t watcher;
  submit_order(runner, id);
  REQUIRE(bespoke_next_event(runner, 20000, &event, NULL) == BESPOKE_OK); /* its task; never answered */
  bespoke_buffer_free(event);
  both[0] = runner;
  both[1] = id;
  REQUIRE(pthread_create(&watcher, NULL, wait_for_job, both) == 0);
  CHECK_STATUS(BESPOKE_OK, bespoke_runner_shutdown(runner, 0, NULL));
  while (bespoke_next_event(runner, 20000, &event, NULL) == BESPOKE_OK) bespoke_buffer_free(event);
  REQUIRE(pthread_create(&waiter, NULL, wait_for_event, runner) == 0);
  bespoke_runner_free(runner);
  pthread_join(waiter, NULL);
  pthread_join(watcher, NULL);
  bespoke_runner_free(runner);
  CHECK_STATUS(BESPOKE_E_CLOSED, bespoke_next_event(runner, 0, &event, NULL));
}

/* What runs at shutdown goes back to the queue, and costs no attempt. */
static void test_shutdown_releases(const char* folder) {
  char config[512];
  char id[64];
  bespoke_runner* runner;
  bespoke_buffer* buffer = NULL;
  snprintf(config, sizeof config,
           "{\"store\":\"sqlite:%s/jobs.db\",\"log\":{\"to\":\"none\"},\"pipelines\":[{\"name\":\"order\",\"phases\":"
           "[{\"name\":\"fetch\",\"percent\":10}]}]}",
           folder);
  runner = open_runner(config);
  submit_order(runner, id);
  REQUIRE(bespoke_next_event(runner, 20000, &buffer, NULL) == BESPOKE_OK);
  bespoke_buffer_free(buffer);
  bespoke_runner_free(runner);

  runner = open_runner(config);
  REQUIRE(bespoke_next_event(runner, 20000, &buffer, NULL) == BESPOKE_OK);
  CHECK(strstr(bespoke_buffer_data(buffer), id) != NULL);
  CHECK_STATUS(BESPOKE_OK, respond(runner, number_of(bespoke_buffer_data(buffer), "task"),
                                   usual_answer(bespoke_buffer_data(buffer))));
  bespoke_buffer_free(buffer);
  CHECK_STATUS(BESPOKE_OK, bespoke_job_wait(runner, id, strlen(id), 20000, NULL, 0, &buffer, NULL));
  CHECK(strstr(bespoke_buffer_data(buffer), "\"state\":\"succeeded\"") != NULL);
  CHECK(number_of(bespoke_buffer_data(buffer), "attempts_used") == 0);
  bespoke_buffer_free(buffer);
  bespoke_runner_free(runner);
}

/* Forks in the middle of the runner's work. Clang 14's address sanitizer doesn't hand its allocator's locks over to a
   child, so that a thread which allocates at that moment would stop the child for ever: there the threads rest first.
 */
static pid_t fork_while_busy(bespoke_runner* runner) {
#ifdef BESPOKE_TEST_FORKS_AT_REST
  const struct timespec a_while = {0, 300000000};
  bespoke_buffer* event = NULL;
  CHECK_STATUS(BESPOKE_OK, bespoke_next_event(runner, 20000, &event, NULL));
  bespoke_buffer_free(event);
  nanosleep(&a_while, NULL);
#else
  (void)runner;
#endif
  return fork();
}

/* A forked child: the parent's runner answers "forked" and can be freed; its own works. The parent goes on. */
static void test_fork(void) {
  bespoke_runner* runner = open_runner(every_kind);
  bespoke_buffer* buffer = NULL;
  char id[64];
  int status = 0;
  pid_t child;
  submit_order(runner, id);
  child = fork_while_busy(runner);
  REQUIRE(child >= 0);
  if (child == 0) {
    bespoke_runner* own;
    in_forked_child = 1;
    failures = 0;
    alarm(60);
    CHECK_STATUS(BESPOKE_E_FORKED, bespoke_job_get(runner, id, strlen(id), NULL, 0, &buffer, NULL));
    CHECK_STATUS(BESPOKE_E_FORKED, bespoke_next_event(runner, -1, &buffer, NULL));
    CHECK_STATUS(BESPOKE_E_FORKED, bespoke_runner_shutdown(runner, 0, NULL));
    CHECK_STATUS(BESPOKE_E_FORKED, respond(runner, 1, "{\"answer\":\"finish\",\"output\":1}"));
    bespoke_runner_free(runner);
    own = open_runner(every_kind);
    submit_order(own, id);
    CHECK_STATUS(BESPOKE_OK, bespoke_job_get(own, id, strlen(id), NULL, 0, &buffer, NULL));
    bespoke_buffer_free(buffer);
    bespoke_runner_free(own);
    exit(failures == 0 ? 0 : 1); /* through the exit handlers */
  }
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK_STATUS(BESPOKE_OK, bespoke_job_get(runner, id, strlen(id), NULL, 0, &buffer, NULL));
  bespoke_buffer_free(buffer);
  bespoke_runner_free(runner);
}

/* A process that exits with jobs in flight and runners open. */
static void test_exit_while_busy(void) {
  int status = 0;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    pthread_t waiter;
    bespoke_runner* runner = open_runner(every_kind);
    char id[64];
    in_forked_child = 1;
    alarm(60);
    submit_order(runner, id);
    if (pthread_create(&waiter, NULL, wait_for_event, runner) != 0) _exit(3);
    open_runner(every_kind);
    exit(0);
  }
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_versions(void) {
  CHECK(strcmp(bespoke_version(), BESPOKE_C_VERSION_STRING) == 0);
  CHECK(bespoke_abi_version() == BESPOKE_C_ABI_VERSION);
  CHECK(strcmp(bespoke_status_name(BESPOKE_E_STORE_UNAVAILABLE), "store_unavailable") == 0);
  CHECK(strcmp(bespoke_status_name(BESPOKE_E_INTERNAL), "internal") == 0);
  CHECK(strcmp(bespoke_status_name(-1000), "unknown") == 0);
  CHECK(strcmp(bespoke_status_name(3), "unknown") == 0);
  CHECK(strcmp(bespoke_status_name(INT32_MIN), "unknown") == 0);
}

int main(int argc, char** argv) {
  REQUIRE(argc == 2); /* a folder to write in */
  test_versions();
  test_whole_life();
  test_owners();
  test_tasks();
  test_idempotency();
  test_wake_fd();
  test_free_while_busy();
  test_shutdown_releases(argv[1]);
  test_fork();
  test_exit_while_busy();
  printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
