#pragma once

#include "options.hpp"

#include <string>

namespace cli {

/// The options that a command needs to reach the same store and the same models, each with a blank in front; only those
/// that differ from the defaults.
std::string store_words(const StoreChoice& store);
std::string llm_words(const LlmChoice& llm);

/// "bespoke jobs resume ID ...", with what was chosen other than by default.
std::string resume_command(const std::string& program, const std::string& id, const StoreChoice& store,
                           const LlmChoice& llm, const std::string& out);

/// "bespoke jobs show ID --out DIR".
std::string show_command(const std::string& program, const std::string& id, const StoreChoice& store,
                         const std::string& out);

/// "bespoke work ...".
std::string work_command(const std::string& program, const StoreChoice& store, const LlmChoice& llm);

}  // namespace cli
