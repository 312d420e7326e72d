/* What a call of the C library costs: a status poll, and a snapshot read from the store. */
#include <bespoke.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void fail(const char* what) {
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

static void measure(const char* store) {
  static const char request[] = "{\"pipeline\":\"one\"}";
  char config[1024];
  char id[37];
  bespoke_runner* runner = NULL;
  bespoke_buffer* job = NULL;
  int32_t state = 0;
  int32_t percent = 0;
  uint64_t revision = 0;
  const int polls = 1000000;
  const int gets = 20000;
  double began;
  int i;
  snprintf(config, sizeof config,
           "{\"store\":\"%s\",\"pipelines\":[{\"name\":\"one\",\"phases\":[{\"name\":\"only\",\"percent\":10}]}]}",
           store);
  if (bespoke_runner_open(config, strlen(config), &runner, NULL) != BESPOKE_OK) fail("open");
  if (bespoke_job_submit(runner, request, strlen(request), &job, NULL) != BESPOKE_OK) fail("submit");
  memcpy(id, strstr(bespoke_buffer_data(job), "\"id\":\"") + 6, 36);
  id[36] = '\0';
  bespoke_buffer_free(job);

  began = now();
  for (i = 0; i < polls; ++i) {
    if (bespoke_job_poll(runner, id, 36, NULL, 0, &state, &percent, &revision, NULL) != BESPOKE_OK) fail("poll");
  }
  printf("C       %-8.*s bespoke_job_poll %8.0f ns\n", (int)strcspn(store, ":"), store, (now() - began) / polls);
  began = now();
  for (i = 0; i < gets; ++i) {
    if (bespoke_job_get(runner, id, 36, NULL, 0, &job, NULL) != BESPOKE_OK) fail("get");
    bespoke_buffer_free(job);
  }
  printf("C       %-8.*s bespoke_job_get  %8.0f ns\n", (int)strcspn(store, ":"), store, (now() - began) / gets);
  bespoke_runner_free(runner);
}

int main(int argc, char** argv) {
  measure("memory:");
  if (argc > 1) measure(argv[1]);
  return 0;
}
