#pragma once

#include <optional>
#include <string>

/// How the server is to behave.
struct Options {
  int port = 0;                   ///< 0: any that is free
  double tokens_per_second = 40;  ///< of each stream
  int first_token_delay_ms = 0;
  std::string log_file;          ///< JSON lines; empty: none
  std::string log_word_after;    ///< the log also names the word that follows this text in a request; empty: none
  std::string port_file;         ///< gets the port's number; empty: none
  int fail_first = 0;            ///< so many requests are answered 503 before any works
  std::optional<int> cut_after;  ///< one stream breaks off after so many tokens
  std::optional<int> stamp;      ///< answers are so many tokens that hold the moment of their sending
  std::optional<int> status;     ///< every request gets this error status
};

/// Reads the command line. On --help, or a mistake, prints and ends the program.
Options read_options(int count, char** arguments);
