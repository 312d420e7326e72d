#include "runner/run_log.hpp"

#include "platform/stack_trace.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bespoke {
namespace {

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                    [](void* memory) { std::free(memory); });
  return status == 0 ? name.get() : type.name();
}

}  // namespace

void RunLog::write(LogLevel level, std::string_view message, Fields fields, std::string stack) const {
  if (!enabled(level)) return;
  fields.emplace_back("runner", runner_);
  sink_->write({level, std::string(message), std::move(fields), std::move(stack)});
}

void RunLog::about_job(LogLevel level, std::string_view message, const JobRecord& record, Fields fields,
                       std::string stack) const {
  if (!enabled(level)) return;
  Fields all = {{"job", record.job.id.to_string()},
                {"phase", record.job.phase},
                {"attempt", std::to_string(record.job.attempt)},
                {"epoch", std::to_string(record.control.epoch)}};
  all.insert(all.end(), std::make_move_iterator(fields.begin()), std::make_move_iterator(fields.end()));
  write(level, message, std::move(all), std::move(stack));
}

RunLog::Fields RunLog::error_fields(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const Error& known) {
    return {{"code", std::string(to_string(known.code()))},
            {"causes", fmt::format("{}", fmt::join(known.cause_chain(), " <- "))}};
  } catch (const std::exception& unknown) {
    return {{"code", "phase_failed"}, {"type", type_name(typeid(unknown))}};
  } catch (...) {
    return {{"code", "phase_failed"}, {"type", "unknown"}};
  }
}

std::string stack_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const Error& known) {
    return describe_stack(known.stack());
  } catch (...) {
    return "";
  }
}

}  // namespace bespoke
