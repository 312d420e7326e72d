#include <bespoke/mutation.hpp>

#include "job/words.hpp"

namespace bespoke {
namespace {

constexpr Words<PayloadKind, 5> payload_kinds{{{PayloadKind::input, "input"},
                                               {PayloadKind::checkpoint, "checkpoint"},
                                               {PayloadKind::call, "call"},
                                               {PayloadKind::signal, "signal"},
                                               {PayloadKind::result, "result"}}};

constexpr Words<MutationKind, 13> mutation_kinds{{{MutationKind::submit, "submit"},
                                                  {MutationKind::claim, "claim"},
                                                  {MutationKind::checkpoint, "checkpoint"},
                                                  {MutationKind::progress, "progress"},
                                                  {MutationKind::wait, "wait"},
                                                  {MutationKind::signal, "signal"},
                                                  {MutationKind::finish, "finish"},
                                                  {MutationKind::cancel, "cancel"},
                                                  {MutationKind::release, "release"},
                                                  {MutationKind::heartbeat, "heartbeat"},
                                                  {MutationKind::remove, "remove"},
                                                  {MutationKind::purge, "purge"},
                                                  {MutationKind::leave, "leave"}}};

constexpr Words<MutationOutcome, 4> outcomes{{{MutationOutcome::applied, "applied"},
                                              {MutationOutcome::refused, "refused"},
                                              {MutationOutcome::exists, "exists"},
                                              {MutationOutcome::not_found, "not_found"}}};

}  // namespace

std::string_view to_string(PayloadKind kind) {
  return payload_kinds.word(kind);
}
std::optional<PayloadKind> payload_kind_from_string(std::string_view word) {
  return payload_kinds.value(word);
}
std::string_view to_string(MutationKind kind) {
  return mutation_kinds.word(kind);
}
std::string_view to_string(MutationOutcome outcome) {
  return outcomes.word(outcome);
}

}  // namespace bespoke
