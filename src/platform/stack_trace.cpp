#include "platform/stack_trace.hpp"

#include <execinfo.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>

#ifdef BESPOKE_HAVE_BACKWARD
#define BACKWARD_HAS_DW 1
#include <backward.hpp>
#endif

namespace bespoke {

std::vector<void*> capture_stack(int skip) {
  constexpr int deepest = 48;
  void* frames[deepest];
  const int count = backtrace(frames, deepest);
  const int first = std::min(count, skip + 1);
  return {frames + first, frames + count};
}

#ifdef BESPOKE_HAVE_BACKWARD

std::string describe_stack(const std::vector<void*>& stack) {
  static std::mutex mutex;  // libdw handles aren't thread-safe
  const std::lock_guard lock(mutex);
  static backward::TraceResolver resolver;
  std::string text;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const backward::ResolvedTrace frame = resolver.resolve(backward::ResolvedTrace(backward::Trace(stack[i], i)));
    const std::string& function = frame.source.function.empty() ? frame.object_function : frame.source.function;
    text += '#' + std::to_string(i) + ' ' + (function.empty() ? "?" : function);
    if (!frame.source.filename.empty()) {
      text += " at " + frame.source.filename + ':' + std::to_string(frame.source.line);
    } else if (!frame.object_filename.empty()) {
      text += " in " + frame.object_filename;
    }
    text += '\n';
  }
  return text;
}

#else

std::string describe_stack(const std::vector<void*>& stack) {
  const std::unique_ptr<char*, void (*)(void*)> symbols(  // NOLINT(bugprone-multi-level-implicit-pointer-conversion)
      backtrace_symbols(stack.data(), static_cast<int>(stack.size())), [](void* memory) { std::free(memory); });
  std::string text;
  for (std::size_t i = 0; symbols && i < stack.size(); ++i) {
    text += '#' + std::to_string(i) + ' ' + symbols.get()[i] + '\n';
  }
  return text;
}

#endif

}  // namespace bespoke
