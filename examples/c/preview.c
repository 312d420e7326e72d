/*
 * Makes an application preview in plain C: profile and posting in, the result (with its previews) out.
 *
 *   preview PROFILE.json POSTING.json OUT.json [STORE]
 *
 * STORE is "sqlite:preview_jobs_data/jobs.db" unless given. Ctrl-C stops in order; the job stays in the store, and the
 * next runner on it goes on.
 */
#include <bespoke.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t interrupted = 0;

static void on_interrupt(int number) {
  (void)number;
  interrupted = 1;
}

static void die(const char* what, bespoke_error* error) {
  fprintf(stderr, "%s: %s: %s\n", what, bespoke_status_name(bespoke_error_status(error)), bespoke_error_message(error));
  bespoke_error_free(error);
  exit(1);
}

static char* read_file(const char* name) {
  FILE* file = fopen(name, "rb");
  char* text = NULL;
  size_t size = 0;
  if (file == NULL) {
    perror(name);
    exit(2);
  }
  for (;;) {
    size_t got;
    text = realloc(text, size + 65537);
    if (text == NULL) abort();
    got = fread(text + size, 1, 65536, file);
    size += got;
    if (got == 0) break;
  }
  text[size] = '\0';
  fclose(file);
  return text;
}

/* The text between the quotes behind `name`, for JSON that the library has written. */
static void copy_string(const char* json, const char* name, char* value, size_t size) {
  const char* found = strstr(json, name);
  size_t length = 0;
  if (found != NULL) {
    found += strlen(name);
    while (found[length] != '\0' && found[length] != '"' && length + 1 < size) ++length;
    memcpy(value, found, length);
  }
  value[length] = '\0';
}

int main(int argc, char** argv) {
  bespoke_runner* runner = NULL;
  bespoke_error* error = NULL;
  bespoke_buffer* job = NULL;
  bespoke_buffer* event = NULL;
  uint64_t watch = 0;
  int succeeded = 0;
  int asked = 0;
  char id[64];
  char config[1024];
  char* profile;
  char* posting;
  char* request;
  size_t size;

  if (argc < 4 || argc > 5) {
    fprintf(stderr, "usage: %s PROFILE.json POSTING.json OUT.json [STORE]\n", argv[0]);
    return 2;
  }
  signal(SIGINT, on_interrupt);
  snprintf(config, sizeof config, "{\"store\":\"%s\",\"llm\":\"extractive\"}",
           argc == 5 ? argv[4] : "sqlite:preview_jobs_data/jobs.db");
  if (bespoke_runner_open(config, strlen(config), &runner, &error) != BESPOKE_OK) die("open", error);

  profile = read_file(argv[1]);
  posting = read_file(argv[2]);
  size = strlen(profile) + strlen(posting) + 128;
  request = malloc(size);
  if (request == NULL) abort();
  snprintf(request, size, "{\"pipeline\":\"apply\",\"owner\":\"user-42\",\"input\":{\"profile\":%s,\"posting\":%s}}",
           profile, posting);
  if (bespoke_job_submit(runner, request, strlen(request), &job, &error) != BESPOKE_OK) die("submit", error);
  free(profile);
  free(posting);
  free(request);
  copy_string(bespoke_buffer_data(job), "{\"id\":\"", id, sizeof id);
  bespoke_buffer_free(job);
  printf("job %s\n", id);

  if (bespoke_watch_open(runner, id, strlen(id), NULL, 0, &watch, &error) != BESPOKE_OK) die("watch", error);
  for (;;) {
    const int32_t status = bespoke_next_event(runner, 200, &event, &error);
    if (status == BESPOKE_CLOSED) break;
    if (status < 0) die("next event", error);
    if (status == BESPOKE_OK) {
      const char* json = bespoke_buffer_data(event);
      char kind[32];
      char state[32];
      char label[128];
      copy_string(json, "\"kind\":\"", kind, sizeof kind);
      if (strcmp(kind, "snapshot") == 0) {
        copy_string(json, "\"state\":\"", state, sizeof state);
        copy_string(json, "\"label\":\"", label, sizeof label);
        printf("%-10s %s\n", state, label);
        succeeded = strcmp(state, "succeeded") == 0;
        if (succeeded || strcmp(state, "failed") == 0 || strcmp(state, "cancelled") == 0) interrupted = 1;
      }
      bespoke_buffer_free(event);
    }
    if (succeeded && !asked) {
      bespoke_buffer* result = NULL;
      FILE* out;
      if (bespoke_job_result(runner, id, strlen(id), NULL, 0, &result, &error) != BESPOKE_OK) die("result", error);
      out = fopen(argv[3], "wb");
      if (out == NULL || fwrite(bespoke_buffer_data(result), 1, bespoke_buffer_size(result), out) == 0 ||
          fclose(out) != 0) {
        perror(argv[3]);
        return 1;
      }
      printf("wrote %s\n", argv[3]);
      bespoke_buffer_free(result);
    }
    if (interrupted && !asked) {
      asked = 1;
      if (bespoke_runner_shutdown(runner, 2000, &error) != BESPOKE_OK) die("shutdown", error);
    }
  }
  bespoke_runner_free(runner);
  return succeeded ? 0 : 1;
}
