#include "platform/shared_module.hpp"

#include <bespoke/error.hpp>

#include <fmt/format.h>

#include <dlfcn.h>

#include <vector>

namespace bespoke {
namespace {

/// The folder of the program or library that this code is in; empty when the dynamic linker can't tell.
std::string own_folder() {
  static const char anchor = 0;
  Dl_info info;
  if (dladdr(&anchor, &info) == 0 || info.dli_fname == nullptr) return {};
  const std::string path = info.dli_fname;
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string(".") : path.substr(0, slash);
}

}  // namespace

SharedModule SharedModule::find(const std::string& file, const std::string& folder) {
  std::vector<std::string> candidates;
  if (const std::string own = own_folder(); !own.empty())
    for (const char* place : {"/", "/bespoke/", "/../lib/", "/../lib/bespoke/"})
      candidates.push_back(fmt::format("{}{}{}", own, place, file));
  if (!folder.empty()) candidates.push_back(folder + "/" + file);
  candidates.push_back(file);
  std::string trouble;
  for (const std::string& candidate : candidates) {
    if (void* handle = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL)) return {handle, candidate};
    // The trouble of a file that is there says more than that others are not.
    const char* said = dlerror();
    const std::string message = said ? said : "";
    if (trouble.empty() || message.find("cannot open shared object file: No such file") == std::string::npos)
      trouble = message;
  }
  throw Error(ErrorCode::unsupported,
              fmt::format("{} can't be loaded ({}); install it beside the library, or build with BESPOKE_WITH_PDF",
                          file, trouble));
}

void* SharedModule::symbol(const char* name) const {
  void* found = dlsym(handle_, name);
  if (!found) throw Error(ErrorCode::unsupported, fmt::format("{} has no function {}", path_, name));
  return found;
}

}  // namespace bespoke
