#include "boundary.hpp"

#include "job/json_tree.hpp"

#include <bespoke/error.hpp>
#include <bespoke/version.hpp>

#include <array>
#include <new>

#include <fmt/format.h>

struct bespoke_error {
  int32_t status;
  std::string message;
  std::string json;
};

namespace bespoke::capi {
namespace {

constexpr std::string_view no_memory_message = "out of memory";
constexpr std::string_view no_memory_json =
    R"({"code":"out_of_memory","message":"out of memory","retryable":true,"detail":"","causes":["out of memory"]})";

/// Stands in for an error that there was no memory to describe. Its strings may be on the heap, but are made before
/// anything can go wrong, and never freed.
bespoke_error& no_memory() {
  static bespoke_error& instance =
      *new bespoke_error{BESPOKE_E_OUT_OF_MEMORY, std::string(no_memory_message), std::string(no_memory_json)};
  return instance;
}

// Made when the library is loaded.
[[maybe_unused]] const bespoke_error& made_early = no_memory();

bespoke_error* describe_error(const std::exception_ptr& problem) {
  const ErrorInfo info = describe(problem, ErrorCode::internal);
  OrderedJsonTree causes = {info.message};
  try {
    std::rethrow_exception(problem);
  } catch (const Error& error) {
    causes = error.cause_chain();
  } catch (...) {  // NOLINT(bugprone-empty-catch): its one message is there
  }
  const OrderedJsonTree tree = {{"code", to_string(info.code)},
                                {"message", info.message},
                                {"retryable", info.retryable},
                                {"detail", info.detail},
                                {"causes", std::move(causes)}};
  // What others have thrown may not be UTF-8.
  const std::string text = tree.dump(-1, ' ', false, OrderedJsonTree::error_handler_t::replace);
  return new bespoke_error{-static_cast<int32_t>(info.code), info.message, text};
}

}  // namespace

int32_t report(bespoke_error** error, const std::exception_ptr& problem) noexcept {
  try {
    bespoke_error* made = describe_error(problem);
    const int32_t status = made->status;
    if (error != nullptr) {
      *error = made;
    } else {
      bespoke_error_free(made);
    }
    return status;
  } catch (...) {
    if (error != nullptr) *error = &no_memory();
    return BESPOKE_E_OUT_OF_MEMORY;
  }
}

void refuse_null(const char* name) {
  throw Error(ErrorCode::invalid_argument, fmt::format("{} must not be NULL", name));
}

std::string_view bytes_of(const char* data, size_t size, const char* name) {
  if (data == nullptr && size != 0) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{} is NULL, but its length is {}", name, size));
  }
  // What can't be the length of anything, such as a negative number that became a size.
  if (size > static_cast<size_t>(PTRDIFF_MAX)) {
    throw Error(ErrorCode::invalid_argument, fmt::format("the length of {} is too large to be one", name));
  }
  return data == nullptr ? std::string_view() : std::string_view(data, size);
}

Json json_of(const char* data, size_t size, const char* name) {
  const std::string_view bytes = bytes_of(data, size, name);
  try {
    return Json::parse(bytes);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", name, error.message()));
  }
}

JobId id_of(const char* data, size_t size) {
  if (data == nullptr) refuse_null("id");
  return JobId::parse(bytes_of(data, size, "id"));
}

Owner owner_of(const char* data, size_t size) {
  const std::string_view bytes = bytes_of(data, size, "owner");
  if (data == nullptr) return std::nullopt;
  return std::string(bytes);
}

bespoke_buffer* buffer_of(std::string bytes) {
  return new bespoke_buffer{std::move(bytes)};
}

}  // namespace bespoke::capi

extern "C" {

const char* bespoke_version(void) {
  return bespoke::version();
}

int32_t bespoke_abi_version(void) {
  return BESPOKE_C_ABI_VERSION;
}

const char* bespoke_status_name(int32_t status) {
  if (status == BESPOKE_OK) return "ok";
  if (status == BESPOKE_NOTHING) return "nothing";
  if (status == BESPOKE_CLOSED) return "closed";
  if (status > 0 || status < BESPOKE_E_INTERNAL) return "unknown";
  return bespoke::to_string(static_cast<bespoke::ErrorCode>(-status)).data();
}

int32_t bespoke_error_status(const bespoke_error* error) {
  return error == nullptr ? BESPOKE_OK : error->status;
}

const char* bespoke_error_message(const bespoke_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}

const char* bespoke_error_json(const bespoke_error* error) {
  return error == nullptr ? "{}" : error->json.c_str();
}

void bespoke_error_free(bespoke_error* error) {
  if (error != &bespoke::capi::no_memory()) delete error;
}

const char* bespoke_buffer_data(const bespoke_buffer* buffer) {
  return buffer == nullptr ? "" : buffer->bytes.c_str();
}

size_t bespoke_buffer_size(const bespoke_buffer* buffer) {
  return buffer == nullptr ? 0 : buffer->bytes.size();
}

void bespoke_buffer_free(bespoke_buffer* buffer) {
  delete buffer;
}

}  // extern "C"
