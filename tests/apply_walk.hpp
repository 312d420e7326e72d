#pragma once

#include "fake_phase_context.hpp"
#include "job/json_tree.hpp"

#include <bespoke/apply.hpp>
#include <bespoke/llm_client.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bespoke {

/// A JSON file of examples/data, such as "profiles/ada.json".
inline JsonTree sample(const std::string& file) {
  std::ifstream in(std::string(BESPOKE_SAMPLE_DATA) + "/" + file);
  std::ostringstream text;
  text << in.rdbuf();
  return JsonTree::parse(text.str());
}

/// A sample profile with its bullets repeated up to `bullets`, over five jobs.
inline JsonTree profile_of(std::size_t bullets) {
  JsonTree profile = sample("profiles/ada.json");
  const JsonTree kept = profile.at("work");
  profile["work"] = JsonTree::array();
  for (std::size_t job = 0; job < 5; ++job) {
    JsonTree entry = kept[job % kept.size()];
    const JsonTree lines = entry.at("highlights");
    entry["highlights"] = JsonTree::array();
    for (std::size_t i = 0; i < bullets / 5; ++i) {
      entry["highlights"].push_back(lines[i % lines.size()].get<std::string>() +
                                    (i < lines.size() ? "" : fmt::format(" ({})", i)));
    }
    profile["work"].push_back(std::move(entry));
  }
  return profile;
}

/// What a test says for a model: takes the request and its number within the phase.
using Answerer = std::function<std::string(const LlmRequest& request, int ask)>;

/// A whole job without a runner: each phase's work in turn, with `answer` in the place of the model. Keeps the
/// requests.
struct ApplyWalk {
  std::vector<LlmRequest> requests;
  Json output;
  JsonTree result;  ///< the output once more

  ApplyWalk(const Pipeline& pipeline, const JsonTree& input, const Answerer& answer)
      : ApplyWalk(pipeline, from_json_tree(input), answer) {
    result = to_json_tree(output);
  }
  /// Leaves `result` empty.
  ApplyWalk(const Pipeline& pipeline, const Json& input, const Answerer& answer) {
    pipeline.validator()(input);
    FakePhaseContext context(input);
    for (std::size_t i = 0; i < pipeline.spec().phases.size(); ++i) {
      const std::string& name = pipeline.spec().phases[i].name;
      context.enter(name);
      const PhaseWork& work = pipeline.work()[i];
      if (const auto* blocking = std::get_if<BlockingWork>(&work)) {
        context.put(name, (*blocking)(context));
      } else {
        context.put(name, ask(std::get<LlmWork>(work), context, answer));
      }
    }
    output = context.output(pipeline.spec().phases.back().name);
  }

 private:
  Json ask(const LlmWork& work, FakePhaseContext& context, const Answerer& answer) {
    LlmRequest request = work.build(context);
    for (int number = 0; number < 5; ++number) {
      requests.push_back(request);
      LlmResponse response;
      response.text = answer(request, number);
      response.finish_reason = "stop";
      response.usage = {.input_tokens = 100, .output_tokens = 10};
      auto parsed = work.parse(context, response, number);
      if (auto* done = std::get_if<Json>(&parsed)) {
        context.forget_answers();
        return std::move(*done);
      }
      context.add_answer(std::move(response));
      request = std::get<LlmRequest>(std::move(parsed));
    }
    throw std::runtime_error("the phase asks and asks");
  }
};

/// Lets a client answer, one that is done before `start` returns.
inline std::string ask_client(LlmClient& client, const LlmRequest& request) {
  struct Sink final : LlmSink {
    std::string text;
    void delta(std::string_view) override {}
    void done(LlmResponse response) override { text = std::move(response.text); }
    void error(LlmFailure failure) override { throw std::runtime_error(failure.message); }
  };
  const auto sink = std::make_shared<Sink>();
  client.start(request, sink);
  return sink->text;
}

}  // namespace bespoke
