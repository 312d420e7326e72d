#include "simulation/simulated_host.hpp"

#include "job/uuid.hpp"

namespace bespoke::simulation {
namespace {

RunnerOptions options_of_host(const Options& options, const Clock& clock, RandomSource& random) {
  RunnerOptions runner = options.runner;
  runner.clock = &clock;
  runner.random = &random;
  if (!runner.log) runner.log = function_log([](const LogRecord&) {}, LogLevel::off);
  return runner;
}

}  // namespace

SimulatedHost::SimulatedHost(Schedule& schedule, SimulatedStore& store, const Options& options, Counters& counters,
                             int number, int life, Millis clock_offset)
    : schedule_(schedule),
      store_(store),
      life_(std::make_shared<Life>(Life{number, false, {}})),
      life_number_(life),
      clock_(schedule),
      runner_options_(options_of_host(options, clock_, schedule.chance)),
      id_(make_uuid_v4(schedule.chance)),
      loop_(std::make_shared<SimulatedExecutor>(schedule, life_, "loop")),
      callbacks_(std::make_shared<SimulatedExecutor>(schedule, life_, "callback")),
      pool_(schedule, life_, options.faults, store.faults_over),
      gate_(schedule, life_, store, loop_, options.faults),
      lease_(options.runner.lease_expires),
      llm_(schedule, life_, options.faults, store.faults_over, counters.transfers),
      hub_(std::make_shared<WatchHub>(callbacks_, runner_options_.log)) {
  clock_.offset = clock_offset;
  core_ = std::make_unique<RunnerCore>(RunnerSeams{loop_, pool_, gate_, clock_, schedule.chance, lease_}, id_,
                                       runner_options_, options.pipelines(*this), *hub_, runner_options_.log);
  store_.alive.insert(id_);
  schedule_.note("starts", number, std::to_string(life));
  heartbeat();
  loop_->post([this] { core_->open(); });
}

SimulatedHost::~SimulatedHost() {
  store_.alive.erase(id_);
  life_->over = true;
  loop_->end();
  callbacks_->end();
}

void SimulatedHost::heartbeat() {
  Mutation beat;
  beat.kind = MutationKind::heartbeat;
  beat.runner = id_;
  beat.beat = ++beats_;
  Millis next = runner_options_.heartbeat_every;
  try {
    store_.apply_for(life_->host, {&beat, 1});
    lease_.beaten(clock_.steady_now(), clock_.steady_now());
  } catch (const Error&) {
    next = Millis(1000);
  }
  schedule_.in(next, life_, "heartbeat", [this] { heartbeat(); });
}

void SimulatedHost::wake() {
  if (std::exchange(wake_on_its_way_, true)) return;
  schedule_.in(schedule_.chance.between(Millis(0), Millis(60)), life_, "wake", [this] {
    wake_on_its_way_ = false;
    loop_->post([this] { core_->wake(); });
  });
}

}  // namespace bespoke::simulation
