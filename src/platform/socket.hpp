#pragma once

namespace bespoke {

/// A socket that programs started by this process don't inherit; -1 with errno set when there is none.
int open_socket(int domain, int type, int protocol);

/// Closes `fd`, and ends its connection even when a forked child still holds a copy of the descriptor.
void close_socket(int fd);

}  // namespace bespoke
