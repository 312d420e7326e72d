/* Opening and closing again and again leaks nothing: no memory, no thread, no descriptor. Takes a folder to write in,
 * and how many rounds. */
#include "host.h"

#include <dirent.h>
#include <malloc.h>

static int entries(const char* folder) {
  DIR* open = opendir(folder);
  int count = 0;
  REQUIRE(open != NULL);
  while (readdir(open) != NULL) ++count;
  closedir(open);
  return count;
}

static size_t bytes_in_use(void) {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

static void one_round(const char* config, int round) {
  bespoke_runner* runner = open_runner(config);
  bespoke_buffer* event = NULL;
  if (round % 4 == 1) {
    int fd = -1;
    CHECK_STATUS(BESPOKE_OK, bespoke_runner_wake_fd(runner, &fd, NULL));
    fclose(fdopen(fd, "r"));
  }
  if (round % 4 == 2) {
    char id[64];
    uint64_t watch;
    submit_order(runner, id);
    CHECK_STATUS(BESPOKE_OK, bespoke_watch_open(runner, id, strlen(id), NULL, 0, &watch, NULL));
    CHECK_STATUS(BESPOKE_OK, bespoke_next_event(runner, 20000, &event, NULL));
    bespoke_buffer_free(event);
    CHECK_STATUS(BESPOKE_OK, bespoke_runner_shutdown(runner, 0, NULL));
  }
  bespoke_runner_free(runner);
}

int main(int argc, char** argv) {
  char on_disk[4096];
  int rounds;
  int i;
  size_t bytes;
  int descriptors;
  REQUIRE(argc == 3);
  rounds = atoi(argv[2]);
  snprintf(on_disk, sizeof on_disk,
           "{\"store\":\"sqlite:%s/jobs.db?durability=process\",\"llm\":\"host:own\",\"log\":{\"to\":\"none\"},"
           "\"pipelines\":[{\"name\":\"order\",\"phases\":[{\"name\":\"fetch\",\"percent\":10}]}]}",
           argv[1]);
  for (i = 0; i < 300; ++i) one_round(i % 8 == 0 ? on_disk : every_kind, i); /* what is kept for good is there now */
  bytes = bytes_in_use();
  descriptors = entries("/proc/self/fd");
  for (i = 0; i < rounds; ++i) one_round(i % 8 == 0 ? on_disk : every_kind, i);
  printf("%d rounds: %zu bytes before, %zu after\n", rounds, bytes, bytes_in_use());
  CHECK(entries("/proc/self/fd") == descriptors);
  CHECK(entries("/proc/self/task") == 3);    /* ".", ".." and this thread */
  CHECK(bytes_in_use() < bytes + 64 * 1024); /* a leak of one byte a round would show in 100,000 */
  printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
