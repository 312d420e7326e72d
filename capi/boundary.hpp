#pragma once

#include "bespoke.h"

#include <bespoke/json_value.hpp>
#include <bespoke/phase_runner.hpp>

#include <exception>
#include <string>
#include <string_view>

struct bespoke_buffer {
  std::string bytes;
};

namespace bespoke::capi {

/// What a failed call gives back: the status of `problem`, and an object for `error` unless that is NULL. Needs no
/// memory when there is none.
int32_t report(bespoke_error** error, const std::exception_ptr& problem) noexcept;

/// Runs the body of a function of the C API: nothing is thrown out of it.
template <typename Body>
int32_t guarded(bespoke_error** error, Body&& body) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    return body();
  } catch (...) {
    return report(error, std::current_exception());
  }
}

/// An output: must not be NULL; empty until the call succeeds. Throws Error(invalid_argument).
template <typename Value>
Value& output(Value* place, const char* name);

/// The bytes of an argument. Throws Error(invalid_argument) for NULL with a length.
std::string_view bytes_of(const char* data, size_t size, const char* name);

/// A JSON document. Throws Error(invalid_argument) that says where it is broken.
Json json_of(const char* data, size_t size, const char* name);

JobId id_of(const char* data, size_t size);

/// NULL is the operator.
Owner owner_of(const char* data, size_t size);

bespoke_buffer* buffer_of(std::string bytes);

[[noreturn]] void refuse_null(const char* name);

template <typename Value>
Value& output(Value* place, const char* name) {
  if (place == nullptr) refuse_null(name);
  *place = Value{};
  return *place;
}

}  // namespace bespoke::capi
