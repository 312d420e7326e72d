#pragma once

#include <bespoke/log.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

constexpr const char* default_store = "sqlite:preview_jobs_data/jobs.db";
constexpr const char* default_llm = "extractive";
constexpr const char* default_output = "preview";

struct StoreChoice {
  std::string uri = default_store;
  std::vector<std::string> key_files;  ///< master keys, the current one first; empty: the store isn't encrypted
  std::string key_folder;              ///< of the owners' keys; "" for beside the store
};

struct LlmChoice {
  std::vector<std::string> models;     ///< "extractive", "openai:MODEL", chains of them; empty: the default
  std::vector<std::string> base_urls;  ///< each a URL, or "SCHEME=URL"
  std::string prices;                  ///< file with a table of prices; "" for the library's own
};

/// Zero: no limit.
struct BudgetChoice {
  std::int64_t tokens = 0;
  double dollars = 0;
};

struct LogChoice {
  bespoke::LogLevel level = bespoke::LogLevel::off;
  std::string execution_log;  ///< file to append phase starts and ends to; "" for none
};

struct ApplyOptions {
  StoreChoice store;
  LlmChoice llm;
  LogChoice log;
  std::string profile;
  std::string posting;
  std::string owner;
  std::string key;
  std::string out = default_output;
  BudgetChoice budget;
  bool detach = false;
  bool json = false;
};

struct WorkOptions {
  StoreChoice store;
  LlmChoice llm;
  LogChoice log;
  BudgetChoice budget;        ///< of jobs that bring none
  BudgetChoice owner_budget;  ///< of each owner
  bool until_idle = false;
  int max_takeovers = 5;
  std::size_t max_jobs = 10'000;  ///< under way at once
  bool quiet = false;
  bool json = false;
};

struct ListOptions {
  StoreChoice store;
  std::optional<std::string> owner;
  std::vector<std::string> states;
  std::size_t limit = 50;
  bool json = false;
};

/// Of show, watch and cancel.
struct JobOptions {
  StoreChoice store;
  std::vector<std::string> ids;  ///< one, or several for watch
  std::optional<std::string> owner;
  std::string out;  ///< show: where to write the files; "" for nowhere
  bool json = false;
};

struct ResumeOptions {
  StoreChoice store;
  LlmChoice llm;
  LogChoice log;
  std::string id;
  std::optional<std::string> owner;
  BudgetChoice budget;
  std::string out = default_output;
  bool detach = false;
  bool json = false;
};

struct ForkOptions {
  ResumeOptions run;  ///< where and how the new job runs
  std::string from;   ///< the first phase that is run anew
  std::string key;
};

struct SignalOptions {
  StoreChoice store;
  std::string id;
  std::optional<std::string> owner;
  bool json = false;
  std::string name;
  std::string payload = "null";  ///< JSON, or "-" for standard input
};

struct DeleteOptions {
  StoreChoice store;
  std::vector<std::string> ids;
  std::optional<std::string> owner;
  bool all = false;  ///< every job of the owner
  bool json = false;
};

struct DoctorOptions {
  StoreChoice store;
  bool json = false;
};

struct CopyOptions {
  StoreChoice from;
  StoreChoice to;
  bool json = false;
};

struct PurgeOptions {
  StoreChoice store;
  std::optional<std::string> owner;
  std::optional<double> ended_hours;
  bool json = false;
};

}  // namespace cli
