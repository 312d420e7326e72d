#pragma once

#include <sys/types.h>

#include <string>

namespace bespoke {

/// A sentence part for people about another process: "process 4711 (python3), which is stopped (continue it with kill
/// -CONT 4711, or end it)". Says so when there is no such process to be seen from here.
std::string describe_process(pid_t pid);

}  // namespace bespoke
