#include "command_line.hpp"

#include "commands.hpp"
#include "options.hpp"
#include "screen.hpp"
#include "text_layout.hpp"

#include <bespoke/error.hpp>
#include <bespoke/version.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <clocale>
#include <csignal>
#include <functional>

namespace cli {
namespace {

void add_keys(CLI::App& app, StoreChoice& store, const std::string& prefix) {
  auto* files =
      app.add_option("--" + prefix + "key-file", store.key_files,
                     "Master key of an encrypted store: 32 bytes or 64 hexadecimal digits, readable to nobody "
                     "else; its id is the file's name. May be given several times, the current one first")
          ->expected(1)
          ->take_all()
          ->type_name("FILE");
  app.add_option("--" + prefix + "key-folder", store.key_folder,
                 "Where the owners' keys are kept; beside the store unless given")
      ->needs(files)
      ->type_name("DIR");
}

void add_store(CLI::App& app, StoreChoice& store) {
  app.add_option("--store", store.uri, "Where jobs are kept: sqlite:FILE, postgresql://..., file:FOLDER or memory:")
      ->capture_default_str();
  add_keys(app, store, "");
}

void add_llm(CLI::App& app, LlmChoice& llm, bool several) {
  // Blanks around the commas of a chain are nobody's name.
  const auto tidy = [](std::string models) {
    std::erase_if(models, [](char c) { return c == ' ' || c == '\t'; });
    return models;
  };
  auto* model =
      app.add_option("--llm", llm.models,
                     several ? "Model: extractive (no network), openai:MODEL, anthropic:MODEL, or a chain of them with "
                               "commas between; may be given several times, the first is for jobs that name none"
                             : "Model: extractive (no network), openai:MODEL or anthropic:MODEL, whose keys are read "
                               "from OPENAI_API_KEY and ANTHROPIC_API_KEY; several with commas between are asked in "
                               "turn as they fail")
          ->transform(CLI::Validator(
              [tidy](std::string& models) {
                models = tidy(models);
                return std::string();
              },
              ""))
          ->type_name("MODELS")
          ->default_str(default_llm);
  if (several) {
    model->expected(1, 16)->take_all();
  } else {
    model->expected(1);
  }
  app.add_option(
         "--base-url", llm.base_urls,
         "Of an OpenAI-compatible server, such as http://127.0.0.1:8080/v1; SCHEME=URL where a chain has models "
         "of several schemes")
      ->expected(1)
      ->take_all()
      ->type_name("URL");
  app.add_option("--prices", llm.prices,
                 "JSON with prices of models in micro-dollars for a million tokens: "
                 R"({"prices": {"openai:MODEL": {"input": 250000, "output": 2000000}}})")
      ->type_name("FILE");
}

void add_budget(CLI::App& app, BudgetChoice& budget, const std::string& prefix, const std::string& whose) {
  app.add_option("--" + prefix + "budget", budget.tokens, "Tokens that " + whose + " may use at most")
      ->check(CLI::NonNegativeNumber.description(""))
      ->type_name("TOKENS");
  app.add_option("--" + prefix + "max-cost", budget.dollars, "Dollars that " + whose + " may cost at most")
      ->check(CLI::NonNegativeNumber.description(""))
      ->type_name("DOLLARS");
}

void add_log(CLI::App& app, LogChoice& log, bespoke::LogLevel standard) {
  log.level = standard;
  const std::map<std::string, bespoke::LogLevel> levels = {{"debug", bespoke::LogLevel::debug},
                                                           {"info", bespoke::LogLevel::info},
                                                           {"warning", bespoke::LogLevel::warning},
                                                           {"error", bespoke::LogLevel::error},
                                                           {"off", bespoke::LogLevel::off}};
  app.add_option_function<std::string>(
         "--log-level", [&log, levels](const std::string& word) { log.level = levels.at(word); },
         "What is logged on standard error: debug, info, warning, error or off")
      ->check(CLI::IsMember(std::set<std::string>{"debug", "info", "warning", "error", "off"}).description(""))
      ->type_name("LEVEL")
      ->default_str(std::string(to_string(standard)));
  app.add_option("--execution-log", log.execution_log,
                 "Appends a line for the start and the end of each phase to FILE, for audits")
      ->type_name("FILE");
}

void add_owner(CLI::App& app, std::optional<std::string>& owner) {
  app.add_option("--owner", owner, "Only this owner's jobs; without it every job, as the operator")->type_name("ID");
}

void add_json(CLI::App& app, bool& json, const char* what) {
  app.add_flag("--json", json, what);
}

/// The options of every command, and the one that was chosen.
struct CommandLine {
  ApplyOptions apply;
  WorkOptions work;
  ListOptions list;
  JobOptions show;
  JobOptions watch;
  JobOptions cancel;
  ResumeOptions resume;
  ForkOptions fork;
  SignalOptions signal;
  DeleteOptions remove;
  PurgeOptions purge;
  DoctorOptions doctor;
  CopyOptions copy;
  std::function<ExitCode(const std::string& program)> chosen;
};

void add_apply(CLI::App& program, CommandLine& line) {
  CLI::App* app = program.add_subcommand("apply", "Make a tailored CV, a cover letter and a preview of both");
  app->add_option("--profile", line.apply.profile, "JSON Resume document; - reads standard input")
      ->required()
      ->type_name("FILE");
  app->add_option("--posting", line.apply.posting, "Job posting as JSON, plain text or HTML")
      ->required()
      ->type_name("FILE");
  add_store(*app, line.apply.store);
  add_llm(*app, line.apply.llm, false);
  add_budget(*app, line.apply.budget, "", "the job");
  app->add_option("--owner", line.apply.owner, "Tenant or user that the job belongs to")->type_name("ID");
  app->add_option("--key", line.apply.key,
                  "Idempotency key: a second submit of the same input with it is the same job, of another a conflict")
      ->type_name("KEY");
  auto* out = app->add_option("--out", line.apply.out, "Folder for the preview's files")
                  ->type_name("DIR")
                  ->capture_default_str();
  app->add_flag("--detach", line.apply.detach, "Only submit; a worker runs the job")->excludes(out);
  add_json(*app, line.apply.json, "One JSON change a line on standard output, and nothing else there");
  add_log(*app, line.apply.log, bespoke::LogLevel::off);
  app->callback([&line] { line.chosen = [&line](const std::string& name) { return run_apply(name, line.apply); }; });
}

void add_work(CLI::App& program, CommandLine& line) {
  CLI::App* app = program.add_subcommand("work", "Run and resume whatever is claimable");
  add_store(*app, line.work.store);
  add_llm(*app, line.work.llm, true);
  add_budget(*app, line.work.budget, "", "each job that brings no budget");
  add_budget(*app, line.work.owner_budget, "owner-", "all kept jobs of an owner together");
  app->add_flag("--until-idle", line.work.until_idle, "End when nothing is left to do (1 if a job failed)");
  app->add_option("--max-takeovers", line.work.max_takeovers,
                  "A job whose process has died more often than this in one phase fails")
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
  app->add_option("--max-jobs", line.work.max_jobs, "Jobs under way at once")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->type_name("N")
      ->capture_default_str();
  app->add_flag("-q,--quiet", line.work.quiet, "Show no progress");
  add_json(*app, line.work.json, "One JSON change a line on standard output, and nothing else there");
  add_log(*app, line.work.log, bespoke::LogLevel::warning);
  app->callback([&line] { line.chosen = [&line](const std::string& name) { return run_work(name, line.work); }; });
}

CLI::App* add_job_command(CLI::App& jobs, const char* name, const char* what, JobOptions& options, bool several,
                          const char* json) {
  CLI::App* app = jobs.add_subcommand(name, what);
  auto* ids = app->add_option(several ? "ids" : "id", options.ids, "Id of the job, as apply printed it")
                  ->required()
                  ->type_name("ID");
  ids->expected(1, several ? 1000 : 1);
  add_store(*app, options.store);
  add_owner(*app, options.owner);
  add_json(*app, options.json, json);
  return app;
}

/// Of a command that runs a job in this process unless --detach.
void add_run_options(CLI::App& app, ResumeOptions& options) {
  app.add_option("id", options.id, "Id of the job, as apply printed it")->required()->type_name("ID");
  add_store(app, options.store);
  add_llm(app, options.llm, false);
  add_budget(app, options.budget, "", "the job (a resumed one with what it used before)");
  add_owner(app, options.owner);
  auto* out =
      app.add_option("--out", options.out, "Folder for the preview's files")->type_name("DIR")->capture_default_str();
  app.add_flag("--detach", options.detach, "Only queue it; a worker runs it")->excludes(out);
  add_json(app, options.json, "One JSON change a line (with --detach the job), and nothing else there");
  add_log(app, options.log, bespoke::LogLevel::off);
}

void add_jobs(CLI::App& program, CommandLine& line) {
  CLI::App* jobs = program.add_subcommand("jobs", "Look at jobs and steer them");
  jobs->require_subcommand(1);

  CLI::App* list = jobs->add_subcommand("list", "Jobs, the newest first");
  add_store(*list, line.list.store);
  add_owner(*list, line.list.owner);
  list->add_option("--state", line.list.states, "Only jobs in this state; may be given several times")
      ->expected(1)
      ->take_all()
      ->type_name("STATE");
  list->add_option("--limit", line.list.limit, "At most so many")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->type_name("N")
      ->capture_default_str();
  add_json(*list, line.list.json, "One job a line");
  list->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_list(name, line.list); }; });

  CLI::App* show = add_job_command(*jobs, "show", "One job with the history of its phases", line.show, false,
                                   "The job as one line of JSON");
  show->add_option("--out", line.show.out, "Write the preview's files to this folder")->type_name("DIR");
  show->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_show(name, line.show); }; });

  CLI::App* watch = add_job_command(*jobs, "watch", "Follow jobs until they end; ending this cancels nothing",
                                    line.watch, true, "One JSON change a line");
  watch->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_watch(name, line.watch); }; });

  CLI::App* cancel =
      add_job_command(*jobs, "cancel", "End a job wherever it runs", line.cancel, false, "The job as one line of JSON");
  cancel->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_cancel(name, line.cancel); }; });

  CLI::App* resume =
      jobs->add_subcommand("resume", "Go on with a job after its last finished phase, here unless --detach");
  add_run_options(*resume, line.resume);
  resume->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_resume(name, line.resume); }; });

  CLI::App* fork = jobs->add_subcommand(
      "fork", "A new job that takes over the phases before --from and runs the rest anew, here unless --detach");
  add_run_options(*fork, line.fork.run);
  fork->add_option("--from", line.fork.from, "The first phase to run anew, such as generate_cv")
      ->required()
      ->type_name("PHASE");
  fork->add_option("--key", line.fork.key, "Idempotency key of the new job")->type_name("KEY");
  fork->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_fork(name, line.fork); }; });

  CLI::App* signal = jobs->add_subcommand("signal", "Give a job the signal that it waits for, or will wait for");
  signal->add_option("id", line.signal.id, "Id of the job, as apply printed it")->required()->type_name("ID");
  signal->add_option("name", line.signal.name, "Name of the signal, such as approved")->required()->type_name("NAME");
  signal->add_option("--payload", line.signal.payload, "JSON for the phase that waits; - reads standard input")
      ->type_name("JSON")
      ->capture_default_str();
  add_store(*signal, line.signal.store);
  add_owner(*signal, line.signal.owner);
  add_json(*signal, line.signal.json, "The job as one line of JSON");
  signal->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_signal(name, line.signal); }; });

  CLI::App* remove = jobs->add_subcommand("delete", "Delete jobs and all that belongs to them, wherever they run");
  auto* ids = remove->add_option("ids", line.remove.ids, "Ids of jobs, as apply printed them")
                  ->expected(1, 1000)
                  ->type_name("ID");
  add_store(*remove, line.remove.store);
  add_owner(*remove, line.remove.owner);
  remove->add_flag("--all", line.remove.all, "Every job of --owner, and all that it left")
      ->excludes(ids)
      ->needs("--owner");
  add_json(*remove, line.remove.json, "{\"deleted\": N}");
  remove->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_delete(name, line.remove); }; });

  CLI::App* purge = jobs->add_subcommand("purge", "Delete ended jobs whose time to live is over");
  add_store(*purge, line.purge.store);
  add_owner(*purge, line.purge.owner);
  purge->add_option("--ended", line.purge.ended_hours, "Instead, those that ended so many hours ago; 0 for all of them")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("HOURS");
  add_json(*purge, line.purge.json, "{\"deleted\": N}");
  purge->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_jobs_purge(name, line.purge); }; });
}

void add_stores(CLI::App& program, CommandLine& line) {
  CLI::App* doctor = program.add_subcommand(
      "doctor", "Look a store over: integrity, sizes, runners, jobs that don't get on, and what to do");
  doctor->add_option("store", line.doctor.store.uri, "As for --store")->capture_default_str()->type_name("STORE");
  add_json(*doctor, line.doctor.json, "The report as one line of JSON");
  doctor->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_doctor(name, line.doctor); }; });

  CLI::App* store = program.add_subcommand("store", "Move jobs between stores");
  store->require_subcommand(1);
  CLI::App* copy =
      store->add_subcommand("copy", "Copy all jobs and all that belongs to them, while nobody works on them");
  copy->add_option("from", line.copy.from.uri, "As for --store")->required()->type_name("FROM");
  copy->add_option("to", line.copy.to.uri, "As for --store; jobs that it has already stay as they are")
      ->required()
      ->type_name("TO");
  add_keys(*copy, line.copy.from, "from-");
  add_keys(*copy, line.copy.to, "to-");
  add_json(*copy, line.copy.json, "{\"copied\": N, \"there\": N}");
  copy->callback(
      [&line] { line.chosen = [&line](const std::string& name) { return run_store_copy(name, line.copy); }; });
}

int tell(std::string_view code, std::string_view message, ExitCode exit_code) {
  std::fflush(stdout);
  Screen screen(stderr, look_of(stderr));
  screen.line(screen.paint(Tone::bad, screen.glyph("✗", "x")) + fmt::format(" {}: {}", code, printable(message)));
  return static_cast<int>(exit_code);
}

}  // namespace

int run_program(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "");
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away must not end a job; Screen notices
  CLI::App program(fmt::format("bespoke {}: preview jobs that survive the process that runs them", bespoke::version()));
  program.set_version_flag("--version", std::string(bespoke::version()));
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  program.footer(
      "Exit codes: 0 done, 1 the job failed or was cancelled, 2 usage or bad input, 3 store trouble,\n"
      "130 interrupted by Ctrl-C (once: an orderly stop; twice: at once), 143 ended by SIGTERM.");
  CommandLine line;
  add_apply(program, line);
  add_work(program, line);
  add_jobs(program, line);
  add_stores(program, line);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11's own codes are over 100; help and version are no errors.
    return program.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
  }
  try {
    return static_cast<int>(line.chosen(argc > 0 ? argv[0] : "bespoke"));
  } catch (const bespoke::Error& error) {
    return tell(to_string(error.code()), error.message(), exit_code_of(error.code()));
  } catch (const std::exception& error) {
    return tell("internal", error.what(), ExitCode::job_failed);
  }
}

}  // namespace cli
