#pragma once

#include <string>

namespace bespoke {

/// A shared object that is loaded when it is first needed. Never unloaded: libraries below it may have left threads and
/// destructors behind.
class SharedModule {
 public:
  /// Looks for `file` beside the object that this library is part of, in the folders "bespoke" beside it and
  /// "../lib" and "../lib/bespoke" from there, in `folder`, and where the dynamic linker looks. Throws
  /// Error(unsupported) that names the file when there is none, or it can't be loaded.
  static SharedModule find(const std::string& file, const std::string& folder);

  /// The function of that name; throws Error(unsupported) when the module has none.
  template <typename Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(symbol(name));
  }

  const std::string& path() const { return path_; }

 private:
  SharedModule(void* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  void* symbol(const char* name) const;

  void* handle_;
  std::string path_;
};

}  // namespace bespoke
