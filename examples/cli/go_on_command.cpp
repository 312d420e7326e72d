#include "go_on_command.hpp"

#include "text_layout.hpp"

namespace cli {

std::string store_words(const StoreChoice& store) {
  std::string words = store.uri == default_store ? "" : " --store " + shell_word(store.uri);
  for (const std::string& file : store.key_files) words += " --key-file " + shell_word(file);
  if (!store.key_folder.empty()) words += " --key-folder " + shell_word(store.key_folder);
  return words;
}

std::string llm_words(const LlmChoice& llm) {
  std::string words;
  for (const std::string& model : llm.models)
    if (model != default_llm) words += " --llm " + shell_word(model);
  for (const std::string& url : llm.base_urls) words += " --base-url " + shell_word(url);
  if (!llm.prices.empty()) words += " --prices " + shell_word(llm.prices);
  return words;
}

std::string resume_command(const std::string& program, const std::string& id, const StoreChoice& store,
                           const LlmChoice& llm, const std::string& out) {
  std::string command = shell_word(program) + " jobs resume " + id + store_words(store) + llm_words(llm);
  if (!out.empty() && out != default_output) command += " --out " + shell_word(out);
  return command;
}

std::string show_command(const std::string& program, const std::string& id, const StoreChoice& store,
                         const std::string& out) {
  return shell_word(program) + " jobs show " + id + store_words(store) + " --out " + shell_word(out);
}

std::string work_command(const std::string& program, const StoreChoice& store, const LlmChoice& llm) {
  return shell_word(program) + " work" + store_words(store) + llm_words(llm);
}

}  // namespace cli
