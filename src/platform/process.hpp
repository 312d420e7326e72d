#pragma once

#include <string>

namespace bespoke {

/// This process's id; differs in a forked child.
int process_id();

/// This machine's name.
std::string host_name();

}  // namespace bespoke
