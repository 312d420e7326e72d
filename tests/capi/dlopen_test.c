/* Loading and unloading is safe at any time, with a runner open too: the library stays. Takes its path. */
#include "check.h"

#include <dlfcn.h>
#include <stdint.h>

typedef int32_t (*open_function)(const char*, size_t, void**, void**);
typedef void (*free_function)(void*);

int main(int argc, char** argv) {
  static const char config[] = "{\"store\":\"memory:\",\"log\":{\"to\":\"none\"}}";
  int i;
  REQUIRE(argc == 2);
  for (i = 0; i < 20; ++i) {
    void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    void* runner = NULL;
    open_function open;
    free_function release;
    if (library == NULL) fprintf(stderr, "%s\n", dlerror());
    REQUIRE(library != NULL);
    *(void**)&open = dlsym(library, "bespoke_runner_open");
    *(void**)&release = dlsym(library, "bespoke_runner_free");
    REQUIRE(open != NULL && release != NULL);
    CHECK(dlsym(library, "_ZN7bespoke7versionEv") == NULL);
    CHECK(open(config, strlen(config), &runner, NULL) == 0);
    if (i % 2 == 0) release(runner);
    CHECK(dlclose(library) == 0);
    if (i % 4 == 1) release(runner); /* still there */
  }
  printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
