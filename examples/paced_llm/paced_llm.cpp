#include "options.hpp"
#include "server.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>

namespace {

/// A stream needs a descriptor: take as many as the system allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Under another name first, so that whoever waits for the file never reads half of it.
void write_port(const std::string& file, int port) {
  const std::string draft = file + ".new";
  std::ofstream(draft) << port << '\n';
  if (std::rename(draft.c_str(), file.c_str()) != 0) throw std::runtime_error("can't write " + file);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const Options options = read_options(count, arguments);
    raise_descriptor_limit();
    Server server(options);
    std::cout << "listening on http://127.0.0.1:" << server.port() << "/v1" << std::endl;
    if (!options.port_file.empty()) write_port(options.port_file, server.port());
    server.run();
    return 0;
  } catch (const std::exception& problem) {
    std::cerr << "bespoke_paced_llm: " << problem.what() << '\n';
    return 1;
  }
}
