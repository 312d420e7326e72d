#pragma once

namespace cli {

/// Parses the command line, carries the command out, and returns the exit code of the process. Errors are told on
/// standard error.
int run_program(int argc, char** argv);

}  // namespace cli
