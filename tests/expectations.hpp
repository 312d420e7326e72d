#pragma once

#include <bespoke/error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace bespoke::testing {

/// The message of the Error with code `expected` that `call` throws.
template <typename Call>
std::string message_of(const Call& call, ErrorCode expected) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.code()), to_string(expected)) << error.message();
    return error.message();
  }
  ADD_FAILURE() << "no error";
  return {};
}

/// Waits for what other processes, or a server, bring about. Whether it came within `patience`.
template <typename Condition>
bool comes_true(Condition condition, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace bespoke::testing
