#include <bespoke.h>

#include <stdio.h>
#include <string.h>

int main(void) {
  const char* config = "{\"store\":\"memory:\"}";
  bespoke_runner* runner = NULL;
  bespoke_error* error = NULL;
  if (bespoke_runner_open(config, strlen(config), &runner, &error) != BESPOKE_OK) {
    fprintf(stderr, "%s\n", bespoke_error_message(error));
    return 1;
  }
  bespoke_runner_free(runner);
  puts(bespoke_version());
  return 0;
}
