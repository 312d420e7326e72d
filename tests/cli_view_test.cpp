// What the program bespoke draws: its text layout and its progress views, without a terminal and without a runner.

#include "exit_codes.hpp"
#include "go_on_command.hpp"
#include "job_text.hpp"
#include "progress_view.hpp"
#include "text_layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>

namespace {

using bespoke::Change;
using bespoke::Job;
using bespoke::JobState;
using bespoke::Millis;
using bespoke::PhaseRecord;
using bespoke::PhaseState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const bespoke::WallTime noon{Millis{1'764'072'000'000}};

/// A screen whose output is kept.
class Paper {
 public:
  explicit Paper(cli::Look look) : stream_(::open_memstream(&text_, &size_)), screen(stream_, look) {}
  ~Paper() {
    std::fclose(stream_);
    std::free(text_);
  }
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;

  std::string text() {
    std::fflush(stream_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;

 public:
  cli::Screen screen;
};

Job job_in(const std::string& phase, double percent) {
  Job job;
  job.id = bespoke::Uuid::parse("0193f1c2-7b1e-7c44-9a53-2f0e6d1b8c11");
  job.pipeline = "apply";
  job.state = JobState::running;
  job.phase = phase;
  job.percent = percent;
  job.attempt = 1;
  job.max_attempts = 4;
  job.started_at = noon;
  bool before = true;
  for (const auto& [name, label, start] : std::vector<std::tuple<std::string, std::string, double>>{
           {"load_profile", "Loading user profile...", 10},
           {"init_tailoring", "Initializing CV tailoring engine...", 25},
           {"generate_cv", "Generating tailored CV with AI...", 50}}) {
    PhaseRecord record;
    record.name = name;
    record.label = label;
    record.percent = start;
    if (name == phase) {
      before = false;
      job.label = label;
      record.state = PhaseState::running;
      record.attempts = 1;
      record.started_at = noon;
    } else if (before) {
      record.state = PhaseState::succeeded;
      record.attempts = 1;
      record.started_at = noon;
      record.ended_at = noon + Millis{1'240};
    }
    job.phases.push_back(record);
  }
  return job;
}

Job failed_job() {
  Job job = job_in("generate_cv", 61);
  job.state = JobState::failed;
  job.attempts_used = 4;
  job.ended_at = noon + Millis{31'000};
  job.expires_at = *job.ended_at + Millis{7 * 86'400'000LL};
  job.error = bespoke::ErrorInfo{
      bespoke::ErrorCode::llm_unavailable, "api.example.com answered 503", "generate_cv", 4, true, ""};
  PhaseRecord& phase = job.phases.back();
  phase.state = PhaseState::failed;
  phase.attempts = 4;
  phase.ended_at = job.ended_at;
  phase.error = job.error;
  return job;
}

Change snapshot(const Job& job) {
  Change change;
  change.job = job;
  return change;
}

Change text(const Job& job, std::uint64_t offset, const std::string& piece) {
  Change change = snapshot(job);
  change.kind = Change::Kind::text;
  change.phase = job.phase;
  change.attempt = job.attempt;
  change.offset = offset;
  change.text = piece;
  return change;
}

TEST(TextLayout, CountsColumnsRatherThanBytes) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  EXPECT_EQ(cli::display_width("abc"), 3);
  EXPECT_EQ(cli::display_width("Valcárcel ✓"), 11);
  EXPECT_EQ(cli::display_width("职位"), 4);
  EXPECT_EQ(cli::display_width("e\xcc\x81"), 1) << "a combining accent takes no column";
  EXPECT_EQ(cli::display_width("\xff\xfe"), 2) << "bytes that are no UTF-8";
}

TEST(TextLayout, CutsBetweenCharacters) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  EXPECT_EQ(cli::fit("Generating", 20), "Generating");
  EXPECT_EQ(cli::fit("Generating", 6), "Gener…");
  EXPECT_EQ(cli::fit("职位职位", 4), "职…");
  EXPECT_EQ(cli::fit("Generating", 0), "");
}

TEST(TextLayout, TakesControlCharactersOutOfWhatOthersWrote) {
  EXPECT_EQ(cli::printable("a\x1b[2Jb\nc\x7f"), "a [2Jb c ");
  EXPECT_EQ(cli::printable("a\xc2\x9b"
                           "2J"),
            "a 2J")
      << "the 8-bit CSI";
  EXPECT_EQ(cli::printable("née ✓"), "née ✓");
}

TEST(TextLayout, WritesDurationsForPeople) {
  EXPECT_EQ(cli::duration(Millis{0}), "0.0 s");
  EXPECT_EQ(cli::duration(Millis{8'240}), "8.2 s");
  EXPECT_EQ(cli::duration(Millis{9'949}), "9.9 s");
  EXPECT_EQ(cli::duration(Millis{9'950}), "10 s");
  EXPECT_EQ(cli::duration(Millis{31'499}), "31 s");
  EXPECT_EQ(cli::duration(Millis{125'000}), "2 min 05 s");
  EXPECT_EQ(cli::duration(Millis{3 * 3'600'000 + 7 * 60'000}), "3 h 07 min");
  EXPECT_EQ(cli::duration(Millis{7 * 86'400'000LL}), "7 days");
}

TEST(TextLayout, QuotesForTheShell) {
  EXPECT_EQ(cli::shell_word("openai:gpt-5-mini"), "openai:gpt-5-mini");
  EXPECT_EQ(cli::shell_word("my jobs.db"), "'my jobs.db'");
  EXPECT_EQ(cli::shell_word("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(cli::shell_word(""), "''");
}

TEST(GoOnCommand, NamesWhatDiffersFromTheDefaults) {
  EXPECT_EQ(cli::resume_command("bespoke", "ID", {}, {}, cli::default_output), "bespoke jobs resume ID");
  EXPECT_EQ(
      cli::resume_command("build/bin/bespoke", "ID", {"sqlite:a b.db"}, {{"openai:m"}, {"http://[::1]:1/v1"}, ""}, "x"),
      "build/bin/bespoke jobs resume ID --store 'sqlite:a b.db' --llm openai:m --base-url 'http://[::1]:1/v1' --out x");
}

TEST(ExitCodes, TellWhoseTroubleItWas) {
  using bespoke::ErrorCode;
  EXPECT_EQ(cli::exit_code_of(ErrorCode::invalid_argument), cli::ExitCode::bad_input);
  EXPECT_EQ(cli::exit_code_of(ErrorCode::conflict), cli::ExitCode::bad_input);
  EXPECT_EQ(cli::exit_code_of(ErrorCode::store_corrupt), cli::ExitCode::store_trouble);
  EXPECT_EQ(cli::exit_code_of(ErrorCode::unsupported), cli::ExitCode::store_trouble);
  EXPECT_EQ(cli::exit_code_of(JobState::cancelled), cli::ExitCode::job_failed);
  EXPECT_EQ(cli::exit_code_of(JobState::succeeded), cli::ExitCode::done);
}

TEST(PlainProgress, ShowsEveryMilestoneToAWatcherThatComesLate) {
  Paper paper({.live = false, .color = false, .unicode = true});
  const auto view = cli::make_plain_progress(paper.screen, {}, false);
  view->show(snapshot(job_in("generate_cv", 61)));
  EXPECT_EQ(paper.text(),
            " 10 %  Loading user profile...\n"
            " 25 %  Initializing CV tailoring engine...\n"
            " 50 %  Generating tailored CV with AI...\n");
}

TEST(PlainProgress, SaysEachThingOnce) {
  Paper paper({.live = false, .color = false, .unicode = true});
  const auto view = cli::make_plain_progress(paper.screen, {}, false);
  const Job job = job_in("init_tailoring", 25);
  view->show(snapshot(job));
  const std::string once = paper.text();
  view->show(snapshot(job));
  view->show(text(job, 0, "words"));
  EXPECT_EQ(paper.text(), once);
}

TEST(PlainProgress, TellsFailedAttemptsAndStartsAnew) {
  Paper paper({.live = false, .color = false, .unicode = true});
  const auto view = cli::make_plain_progress(paper.screen, {}, false);
  Job job = job_in("generate_cv", 61);
  view->show(snapshot(job));
  job.state = JobState::waiting;
  job.attempts_used = 1;
  job.waiting = bespoke::Waiting{bespoke::WaitReason::retry, noon + Millis{500}, ""};
  job.phases.back().state = PhaseState::waiting;
  job.phases.back().error =
      bespoke::ErrorInfo{bespoke::ErrorCode::rate_limited, "slow\x1b[2Jdown", "generate_cv", 1, true, ""};
  view->show(snapshot(job));
  EXPECT_THAT(paper.text(), HasSubstr("attempt 1 failed: rate_limited: slow [2Jdown; attempt 2 of 4 at "));
  job.state = JobState::running;
  job.waiting.reset();
  job.attempt = 2;
  job.phases.back().state = PhaseState::running;
  job.phases.back().attempts = 2;
  view->show(snapshot(job));
  EXPECT_THAT(paper.text(), HasSubstr("       begun anew: attempt 2\n"));
}

TEST(FailureLines, NameTheCodeTheTimeAndTheWayOn) {
  const std::vector<std::string> lines = cli::failure_lines(failed_job(), "bespoke jobs resume ID");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], testing::StartsWith("llm_unavailable: api.example.com answered 503; last try "));
  EXPECT_EQ(lines[1], "The job is kept for 7 days. Go on from here:  bespoke jobs resume ID");
  EXPECT_EQ(cli::end_text(failed_job()), "failed after 4 attempts in 31 s");
}

TEST(LiveProgress, TicksOffWhatIsDoneAndDrawsABar) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  Paper paper({.live = true, .color = false, .unicode = true});
  const auto view = cli::make_live_progress(paper.screen, {});
  Job job = job_in("generate_cv", 60);
  view->show(snapshot(job));
  view->show(text(job, 0, std::string(1644, 'x')));
  EXPECT_THAT(paper.text(), HasSubstr("✓ Loading user profile...              10 %    1.2 s\n"));
  EXPECT_THAT(paper.text(),
              HasSubstr("⠋ Generating tailored CV with AI...    60 %  ▇▇▇▇▇▇▇▇▇▇▇▇▁▁▁▁▁▁▁▁  ~412 tokens"));
  view->tick();
  EXPECT_THAT(paper.text(), HasSubstr("\r\x1b[K⠙ "));
}

TEST(LiveProgress, DropsTheCountOfTokensOnAReset) {
  Paper paper({.live = true, .color = false, .unicode = true});
  const auto view = cli::make_live_progress(paper.screen, {});
  Job job = job_in("generate_cv", 60);
  view->show(snapshot(job));
  view->show(text(job, 0, std::string(400, 'x')));
  job.attempt = 2;
  job.attempts_used = 1;
  Change reset = snapshot(job);
  reset.kind = Change::Kind::reset;
  view->show(reset);
  const std::string written = paper.text();
  const std::string frame = written.substr(written.rfind('\r'));
  EXPECT_THAT(frame, HasSubstr("attempt 2 of 4"));
  EXPECT_THAT(frame, Not(HasSubstr("token")));
}

TEST(LiveProgress, IsQuietAfterTheEnd) {
  Paper paper({.live = true, .color = false, .unicode = true});
  cli::ProgressNotes notes;
  notes.resume = [](const Job&) { return std::string("resume"); };
  const auto view = cli::make_live_progress(paper.screen, notes);
  testing::internal::CaptureStderr();
  view->show(snapshot(failed_job()));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("✗ Generating tailored CV with AI..."));
  const std::string before = paper.text();
  view->tick();
  EXPECT_EQ(paper.text(), before);
}

TEST(Look, FollowsTheEnvironment) {
  std::FILE* const file = std::tmpfile();
  const auto with = [&](std::map<std::string, std::string> variables) {
    return cli::look_of(file, [variables](const char* name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::string() : found->second;
    });
  };
  EXPECT_TRUE(with({{"LANG", "de_DE.UTF-8"}}).unicode);
  EXPECT_FALSE(with({{"LC_ALL", "C"}, {"LANG", "de_DE.UTF-8"}}).unicode) << "LC_ALL goes first";
  EXPECT_FALSE(with({}).unicode);
  EXPECT_FALSE(with({{"TERM", "xterm"}}).live) << "a file is no terminal";
  std::fclose(file);
}

}  // namespace
