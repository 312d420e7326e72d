extern "C" {
#include "failing_allocations.h"
}

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> made{0};
std::atomic<long> first{LONG_MAX};
std::atomic<long> last{0};

bool fails() {
  const long number = made.fetch_add(1, std::memory_order_relaxed) + 1;
  return number >= first.load(std::memory_order_relaxed) && number <= last.load(std::memory_order_relaxed);
}

}  // namespace

extern "C" void fail_allocation(long number, long more) {
  first = LONG_MAX;
  made = 0;
  last = number + more;
  if (number > 0) first = number;
}

extern "C" long allocations_made(void) {
  return made;
}

#ifdef BESPOKE_TEST_FAILS_NEW

void* operator new(std::size_t size) {
  void* const memory = fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

#else

// glibc's own, which its replacement may fall back on:
// https://www.gnu.org/software/libc/manual/html_node/Replacing-malloc.html
extern "C" {
void* __libc_malloc(std::size_t size);                          // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(std::size_t count, std::size_t size);       // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* memory, std::size_t size);           // NOLINT(bugprone-reserved-identifier)
void* __libc_memalign(std::size_t boundary, std::size_t size);  // NOLINT(bugprone-reserved-identifier)

static void* none() {
  errno = ENOMEM;
  return nullptr;
}

void* malloc(std::size_t size) {
  return fails() ? none() : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  return fails() ? none() : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  return fails() ? none() : __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t boundary, std::size_t size) {
  return fails() ? none() : __libc_memalign(boundary, size);
}
}

#endif
