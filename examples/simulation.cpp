// Runs a pipeline of one's own through simulated deaths, stalls, outages and lying networks, and checks one's own
// invariant: nobody is charged twice.
//
//   simulation [SEEDS]

#include <bespoke/json.hpp>
#include <bespoke/simulation.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

using namespace bespoke;

namespace {

/// A payment provider, as the outside world: it knows an idempotency key, as real ones do.
class Payments {
 public:
  void charge(const std::string& key, bool knows_keys) {
    if (knows_keys && charged_.contains(key)) return;
    ++charged_[key];
  }
  std::string charged_twice() const {
    for (const auto& [key, times] : charged_) {
      if (times > 1) return key + " was charged " + std::to_string(times) + " times";
    }
    return "";
  }

 private:
  std::map<std::string, int> charged_;
};

simulation::Report bill(std::uint64_t seed, bool with_keys) {
  Payments payments;
  simulation::Options options;
  options.seed = seed;
  options.pipelines = [&](simulation::Host& host) {
    return std::vector{Pipeline("billing", 1)
                           .phase({"draft", "Writing the invoice...", 10},
                                  llm_phase(
                                      host.llm(),
                                      [](PhaseContext& c) {
                                        return LlmRequest{.messages = {{"user", c.input().text()}}};
                                      },
                                      [](PhaseContext&, const LlmResponse& answer,
                                         int) -> std::variant<Json, LlmRequest> { return Json(answer.text); }))
                           .phase({"charge", "Charging...", 60},
                                  [&, with_keys](PhaseContext& c) -> Json {
                                    payments.charge("order " + c.input().text(), with_keys);
                                    return true;
                                  })
                           .phase({"thank", "Thanking...", 90}, [](PhaseContext&) -> Json { return "thanks"; })};
  };
  options.submit = [](std::uint64_t n) { return SubmitRequest{.pipeline = "billing", .input = n}; };
  options.check = [&](simulation::World&) { return payments.charged_twice(); };
  return simulation::run(options);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t seeds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200;
  std::uint64_t with_keys = 0;
  std::uint64_t without_keys = 0;
  std::string example;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    with_keys += !bill(seed, true).ok;
    const simulation::Report report = bill(seed, false);
    without_keys += !report.ok;
    if (!report.ok && example.empty()) example = report.failure;
  }
  std::printf("charging without an idempotency key: broken in %llu of %llu lives, such as\n  %s\n",
              static_cast<unsigned long long>(without_keys), static_cast<unsigned long long>(seeds), example.c_str());
  std::printf("charging with one: broken in %llu\n", static_cast<unsigned long long>(with_keys));
  return with_keys == 0 && without_keys > 0 ? 0 : 1;
}
