#pragma once

#include <bespoke/time.hpp>

namespace bespoke {

/// A socket that programs started by this process don't inherit; -1 with errno set when there is none.
int open_socket(int domain, int type, int protocol);

/// Closes `fd`, and ends its connection even when a forked child still holds a copy of the descriptor.
void close_socket(int fd);

/// Waits until `fd` can be read from, or, with `write`, written to as well; errors of the socket end the wait too.
void wait_for_socket(int fd, bool write);

/// Waits until `fd` can be read from, or the eventfd `wake_fd` has been written to, which is then reset; `limit` at
/// most.
void wait_for_either(int fd, int wake_fd, Millis limit);

/// An eventfd for `wait_for_either`; throws Error(internal) when no descriptor is left. Ends with `close_wake_fd`.
int open_wake_fd();
void write_wake_fd(int wake_fd) noexcept;
void close_wake_fd(int wake_fd) noexcept;

}  // namespace bespoke
