/* Out of memory: each allocation of the life of a job fails in its turn, from opening a runner to freeing it. Whatever
 * it hits, every call gives a status, the job or its runner ends, and the process goes on to its end in order.
 *
 *   memory_test FOLDER LIFE FIRST STRIDE [MORE]
 *
 * LIFE: "host" (phases, model and signal of the host's, store in memory), "sqlite" (the same, in a file), "http" (two
 * jobs whose model is behind HTTP and lets one call in at a time), or "apply".
 * Every STRIDE-th allocation from FIRST on fails, with MORE right after it. Each life is a process of its own. What the
 * library makes once a process, such as the schemas of "apply", is made before. */
#include "host.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_allocations.h"
#include "model_server.h"

static const char host_pipelines[] =
    "\"llm\":\"host:own\",\"pipelines\":[{\"name\":\"order\",\"phases\":["
    "{\"name\":\"fetch\",\"label\":\"Fetching...\",\"percent\":10,\"retry\":{\"initial_backoff_ms\":1}},"
    "{\"name\":\"draft\",\"percent\":40,\"kind\":\"llm\",\"parse\":\"host\",\"retry\":{\"initial_backoff_ms\":1}},"
    "{\"name\":\"approve\",\"percent\":80,\"kind\":\"signal\"},"
    "{\"name\":\"send\",\"percent\":90,\"retry\":{\"initial_backoff_ms\":1}}]}]";

static const char http_pipelines[] =
    "\"llm\":{\"model\":\"openai:small\",\"base_url\":\"http://127.0.0.1:%d/v1\",\"api_key\":\"none\",\"limits\":"
    "{\"max_concurrent\":1}},\"pipelines\":[{\"name\":\"order\",\"phases\":[{\"name\":\"draft\",\"percent\":40,"
    "\"kind\":\"llm\",\"parse\":\"host\",\"retry\":{\"initial_backoff_ms\":1}}]}]";

static const char apply_request[] =
    "{\"pipeline\":\"apply\",\"owner\":\"ada\",\"input\":{\"profile\":{\"basics\":{\"name\":\"Ada Example\","
    "\"email\":\"ada@example.org\",\"summary\":\"Engineer of databases.\"},\"work\":[{\"name\":\"Northwind\","
    "\"position\":\"Engineer\",\"startDate\":\"2019-01\",\"highlights\":[\"Moved 40 services to PostgreSQL.\"]}],"
    "\"skills\":[{\"name\":\"PostgreSQL\"}]},\"posting\":\"We look for an engineer who knows PostgreSQL and Linux.\"}}";

/* How often a call that met no memory is made again: the failure is over by then, unless the runner has stopped. */
enum { tries = 3 };

static int stopped;     /* the runner has: it says out of memory to everything */
static int met_by_call; /* a call of ours met it */
static int retried;     /* the job did */
static int failed;      /* the job has failed */

/* What a call may say in these lives. */
static int32_t seen(int32_t status, const char* call) {
  ++checks;
  if (status == BESPOKE_E_OUT_OF_MEMORY) {
    met_by_call = 1;
  } else if (status < 0 && status != BESPOKE_E_CLOSED && status != BESPOKE_E_NOT_FOUND &&
             status != BESPOKE_E_CONFLICT && status != BESPOKE_E_INTERNAL && status != BESPOKE_E_STORE_UNAVAILABLE) {
    ++failures;
    fprintf(stderr, "%s gave %s\n", call, bespoke_status_name(status));
  }
  return status;
}
#define SEEN(call) seen((call), #call)

/* Makes a call until it is told something else than out of memory. */
#define TRIED(status, call)                         \
  do {                                              \
    int try_;                                       \
    for (try_ = 0; try_ < tries; ++try_) {          \
      status = SEEN(call);                          \
      if (status != BESPOKE_E_OUT_OF_MEMORY) break; \
    }                                               \
    if (try_ == tries) stopped = 1;                 \
  } while (0)

static void answer_task(bespoke_runner* runner, const char* event) {
  const char* answer = usual_answer(event);
  const uint64_t task = number_of(event, "task");
  int32_t status = BESPOKE_OK;
  if (answer == NULL) return;
  if (strcmp(answer, "{\"answer\":\"finish\",\"output\":{\"done\":true}}") == 0) {
    static const char progress[] = "{\"answer\":\"progress\",\"fraction\":0.5,\"note\":\"Half of it\"}";
    TRIED(status, bespoke_respond(runner, task, progress, strlen(progress), NULL));
  }
  if (!stopped) TRIED(status, bespoke_respond(runner, task, answer, strlen(answer), NULL));
}

/* Takes events until the job of `id` has ended. */
static void follow(bespoke_runner* runner, const char* id) {
  char last[700] = "";
  for (;;) {
    bespoke_buffer* event = NULL;
    const char* text;
    int32_t status = BESPOKE_OK;
    int ended = 0;
    TRIED(status, bespoke_next_event(runner, 15000, &event, NULL));
    if (status == BESPOKE_NOTHING) {
      ++failures;
      fprintf(stderr, "no event any more after %.600s\n", last);
    }
    if (status != BESPOKE_OK) {
      CHECK(event == NULL);
      if (status == BESPOKE_CLOSED) stopped = 1;
      return;
    }
    text = bespoke_buffer_data(event);
    snprintf(last, sizeof last, "%s", text);
    if (strstr(text, "\"event\":\"task\"") != NULL) answer_task(runner, text);
    if (strstr(text, "\"reason\":\"signal\"") != NULL) {
      bespoke_buffer* job = NULL;
      TRIED(status,
            bespoke_job_signal(runner, id, strlen(id), "approve", 7, "{\"by\":\"boss\"}", 13, "ada", 3, &job, NULL));
      bespoke_buffer_free(job);
    }
    if (strstr(text, "\"event\":\"change\"") != NULL) {
      if (strstr(text, "\"attempts_used\":0") == NULL && strstr(text, "\"attempts_used\"") != NULL) retried = 1;
      failed = strstr(text, "\"state\":\"failed\"") != NULL && strstr(text, "\"ended_at\":null") == NULL;
      ended = strstr(text, "\"expires_at\":\"") != NULL;
    }
    bespoke_buffer_free(event);
    if (ended || stopped) return;
  }
}

static void ask_everything(bespoke_runner* runner, const char* id) {
  const size_t size = strlen(id);
  bespoke_buffer* answer = NULL;
  bespoke_error* error = NULL;
  int32_t status = BESPOKE_OK;
  int32_t state = 0;
  uint64_t revision = 0;
  int fd = -1;
  TRIED(status, bespoke_job_get(runner, id, size, "ada", 3, &answer, NULL));
  bespoke_buffer_free(answer);
  TRIED(status, bespoke_job_poll(runner, id, size, "ada", 3, &state, NULL, &revision, NULL));
  TRIED(status, bespoke_job_list(runner, "{\"owner\":\"ada\"}", 15, &answer, NULL));
  bespoke_buffer_free(answer);
  TRIED(status, bespoke_job_input(runner, id, size, NULL, 0, &answer, NULL));
  bespoke_buffer_free(answer);
  TRIED(status, bespoke_job_result(runner, id, size, "ada", 3, &answer, NULL));
  bespoke_buffer_free(answer);
  TRIED(status, bespoke_job_wait(runner, id, size, 15000, NULL, 0, &answer, NULL));
  bespoke_buffer_free(answer);
  TRIED(status, bespoke_runner_stats(runner, &answer, NULL));
  bespoke_buffer_free(answer);
  TRIED(status, bespoke_runner_metrics(runner, &answer, NULL));
  bespoke_buffer_free(answer);
  TRIED(status, bespoke_runner_wake_fd(runner, &fd, NULL));
  if (fd >= 0) close(fd);
  /* An error needs memory, too. */
  status = SEEN(bespoke_job_get(runner, id, size, "bob", 3, &answer, &error));
  CHECK(status < 0 && answer == NULL && error != NULL && bespoke_error_message(error)[0] != '\0');
  bespoke_error_free(error);
}

/* `rivals`: jobs beside the one that is followed, which may be anywhere when the runner ends. */
static void live(const char* config, const char* request, int rivals) {
  bespoke_runner* runner = NULL;
  bespoke_buffer* buffer = NULL;
  char id[64];
  uint64_t watch = 0;
  int32_t status = BESPOKE_OK;
  TRIED(status, bespoke_runner_open(config, strlen(config), &runner, NULL));
  CHECK((status == BESPOKE_OK) == (runner != NULL));
  if (status != BESPOKE_OK) return;
  while (rivals-- > 0) {
    TRIED(status, bespoke_job_submit(runner, request, strlen(request), &buffer, NULL));
    if (status == BESPOKE_OK) bespoke_buffer_free(buffer);
  }
  TRIED(status, bespoke_job_submit(runner, request, strlen(request), &buffer, NULL));
  if (status == BESPOKE_OK) {
    string_of(bespoke_buffer_data(buffer), "id", id, sizeof id);
    bespoke_buffer_free(buffer);
    TRIED(status, bespoke_watch_open(runner, id, strlen(id), "ada", 3, &watch, NULL));
    if (status == BESPOKE_OK) follow(runner, id);
    if (!stopped) ask_everything(runner, id);
    SEEN(bespoke_watch_close(runner, watch, NULL));
  }
  TRIED(status, bespoke_runner_shutdown(runner, 0, NULL));
  if (!stopped) {
    while ((status = SEEN(bespoke_next_event(runner, 15000, &buffer, NULL))) == BESPOKE_OK ||
           status == BESPOKE_E_OUT_OF_MEMORY) {
      bespoke_buffer_free(buffer);
      if (++stopped == 1000) break;
    }
    stopped = 0;
  }
  bespoke_runner_free(runner);
}

/* What the process of a life tells by its exit status, which is told_end with some of the others; any other status is
 * that of a sanitizer. */
enum {
  told_call = 1,
  told_stopped = 2,
  told_retried = 4,
  told_failed = 8,
  told_over = 16,
  told_wrong = 32,
  told_end = 64
};

/* A life whose `number`-th allocation fails, in a process of its own. What it tells, or told_wrong. */
static int one_life(const char* config, const char* request, int rivals, long number, long more) {
  int status = 0;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    failures = met_by_call = stopped = retried = failed = 0;
    alarm(60);
    fail_allocation(number, more);
    live(config, request, rivals);
    const int over = allocations_made() < number;
    fail_allocation(0, 0);
    exit(told_end | (met_by_call ? told_call : 0) | (stopped ? told_stopped : 0) | (retried ? told_retried : 0) |
         (failed ? told_failed : 0) | (over ? told_over : 0) | (failures > 0 ? told_wrong : 0));
  }
  REQUIRE(waitpid(child, &status, 0) == child);
  if (WIFEXITED(status) && (WEXITSTATUS(status) & told_end) != 0) return WEXITSTATUS(status);
  fprintf(stderr, "allocation %ld: wait status %d\n", number, status);
  return told_wrong;
}

int main(int argc, char** argv) {
  char config[8192];
  const char* request = order_request;
  long number;
  long stride;
  long more;
  long lives = 0;
  long by_call = 0;
  long stops = 0;
  long retries = 0;
  long failed_jobs = 0;
  int rivals = 0;
  int told = 0;
  REQUIRE(argc >= 5);
  stride = atol(argv[4]);
  more = argc > 5 ? atol(argv[5]) : 0;
  if (strcmp(argv[2], "apply") == 0) {
    request = apply_request;
    snprintf(config, sizeof config, "{\"store\":\"memory:\",\"log\":{\"to\":\"events\"},\"pipelines\":[\"apply\"]}");
  } else if (strcmp(argv[2], "sqlite") == 0) {
    snprintf(config, sizeof config,
             "{\"store\":\"sqlite:%s/jobs.db?durability=process\",\"log\":{\"to\":\"events\"},%s}", argv[1],
             host_pipelines);
  } else if (strcmp(argv[2], "http") == 0) {
    char pipelines[1024];
    rivals = 1;
    snprintf(pipelines, sizeof pipelines, http_pipelines, start_model_server());
    snprintf(config, sizeof config, "{\"store\":\"memory:\",\"log\":{\"to\":\"events\"},%s}", pipelines);
  } else {
    snprintf(config, sizeof config, "{\"store\":\"memory:\",\"log\":{\"to\":\"events\"},%s}", host_pipelines);
  }
  live(config, request, rivals); /* what the process keeps for good, such as schemas, is there now */
  for (number = atol(argv[3]); (told & told_over) == 0; number += stride) {
    told = one_life(config, request, rivals, number, more);
    ++lives;
    if ((told & told_wrong) != 0) {
      ++failures;
      fprintf(stderr, "allocation %ld: not in order\n", number);
    }
    by_call += (told & told_call) != 0;
    stops += (told & told_stopped) != 0;
    retries += (told & told_retried) != 0;
    failed_jobs += (told & told_failed) != 0;
  }
  printf(
      "%ld lives, up to allocation %ld: %ld times a call was told, %ld jobs tried again, %ld failed, %ld runners "
      "stopped\n",
      lives, number - stride, by_call, retries, failed_jobs, stops);
  printf("%d failed\n", failures);
  return failures == 0 ? 0 : 1;
}
