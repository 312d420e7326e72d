#pragma once

#include "apply/fact_alignment.hpp"

#include <vector>

// What the evidence says of how long or since when, for a letter's times.

namespace bespoke {

/// What a source says itself of how long or since when.
struct OwnTimes {
  std::vector<const Quantity*> spans;
  std::vector<const DateMention*> since;

  bool empty() const { return spans.empty() && since.empty(); }
};

/// "for seven years", and not "twice a year".
bool is_span_of_time(const Quantity& quantity);

/// What tells of work: jobs, voluntary work, projects and what the person says of all of it.
FactSources told_of_work(const FactClaim& claim, const FactEntry* place);

/// Whether one of them is as long as the claim says.
bool own_times_hold(const FactClaim& claim, const OwnTimes& times, const Quantity& quantity);

/// The times that a source gives in sentences which share a word with a span of the claim.
OwnTimes own_times(const FactClaim& claim, FactSpan said, const FactSource& source);

/// What the evidence says of times with the same anchor: 1 where one of them is the claim's, -1 where none is, 0 where
/// it has none.
int anchored_times(const FactClaim& claim, const Quantity& quantity, const FactSources& sources);

/// Whether a source has that time, of whatever it says it.
bool says_same_time(const FactSource& source, const Quantity& quantity);

/// Whether any source gives that time in a sentence that has a word of the claim.
bool told_elsewhere(const FactClaim& claim, FactSpan said, const Quantity& quantity, const FactSources& sources);

}  // namespace bespoke
