#pragma once

#include "exit_codes.hpp"
#include "options.hpp"

namespace cli {

/// Each carries out one command of the program and throws bespoke::Error for what it can't do. `program` is the name
/// that the program was called by, for the commands that it tells people to type.
ExitCode run_apply(const std::string& program, const ApplyOptions& options);
ExitCode run_work(const std::string& program, const WorkOptions& options);
ExitCode run_jobs_list(const std::string& program, const ListOptions& options);
ExitCode run_jobs_show(const std::string& program, const JobOptions& options);
ExitCode run_jobs_watch(const std::string& program, const JobOptions& options);
ExitCode run_jobs_cancel(const std::string& program, const JobOptions& options);
ExitCode run_jobs_resume(const std::string& program, const ResumeOptions& options);
ExitCode run_jobs_fork(const std::string& program, const ForkOptions& options);
ExitCode run_jobs_signal(const std::string& program, const SignalOptions& options);
ExitCode run_jobs_delete(const std::string& program, const DeleteOptions& options);
ExitCode run_doctor(const std::string& program, const DoctorOptions& options);
ExitCode run_store_copy(const std::string& program, const CopyOptions& options);
ExitCode run_jobs_purge(const std::string& program, const PurgeOptions& options);

}  // namespace cli
