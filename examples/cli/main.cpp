#include "command_line.hpp"

int main(int argc, char** argv) {
  return cli::run_program(argc, argv);
}
