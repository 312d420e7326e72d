#include "store/memory_tables.hpp"

#include <algorithm>

namespace bespoke {

MemoryTables::Entry* MemoryTables::find(const JobId& id) {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

const JobId* MemoryTables::find_key(const std::string& owner, const std::string& key) const {
  if (key.empty()) return nullptr;
  const auto found = keys_.find({owner, key});
  return found == keys_.end() ? nullptr : &found->second;
}

MemoryTables::Entry& MemoryTables::insert(const JobRecord& record) {
  const Job& job = record.job;
  Entry& entry = jobs_[job.id];
  entry.record = record;
  if (!job.key.empty()) keys_.emplace(std::pair(job.owner, job.key), job.id);
  std::uint64_t before = 0;
  if (const auto last = last_served_.find(record.control.priority); last != last_served_.end()) before = last->second;
  if (const auto own = turns_.find(Lane(job.owner, record.control.priority)); own != turns_.end())
    before = std::max(before, *own->second.rbegin());
  entry.turn = before + 1;
  index(entry);
  return entry;
}

MemoryTables::Entry& MemoryTables::restore(const JobRecord& record, std::uint64_t turn) {
  Entry& entry = jobs_[record.job.id];
  entry.record = record;
  entry.turn = turn;
  if (!record.job.key.empty()) keys_.emplace(std::pair(record.job.owner, record.job.key), record.job.id);
  if (record.job.started_at) served(entry);
  index(entry);
  return entry;
}

ChangeCursor MemoryTables::change_of(const JobId& id) const {
  const auto found = last_change_.find(id);
  return found == last_change_.end() ? 0 : found->second;
}

void MemoryTables::replace(Entry& entry, const JobRecord& record) {
  unindex(entry);
  entry.record = record;
  index(entry);
}

void MemoryTables::erase(const JobId& id) {
  const auto found = jobs_.find(id);
  unindex(found->second);
  const Job& job = found->second.record.job;
  if (!job.key.empty()) keys_.erase({job.owner, job.key});
  jobs_.erase(found);
}

void MemoryTables::served(const Entry& entry) {
  std::uint64_t& last = last_served_[entry.record.control.priority];
  last = std::max(last, entry.turn);
}

MemoryTables::Place MemoryTables::place(const Entry& entry) {
  return {entry.record.control.priority, entry.turn, entry.record.job.id};
}

int MemoryTables::running(const std::string& owner) const {
  const auto found = running_.find(owner);
  return found == running_.end() ? 0 : found->second;
}

void MemoryTables::index(const Entry& entry) {
  const JobRecord& record = entry.record;
  if (record.job.state == JobState::running) ++running_[record.job.owner];
  if (const std::optional<WallTime> due = due_at(record)) {
    places_.insert(place(entry));
    due_.emplace(*due, record.job.id);
  }
  if (is_terminal(record.job.state)) {
    if (record.job.expires_at) expiring_.emplace(*record.job.expires_at, record.job.id);
  } else {
    turns_[Lane(record.job.owner, record.control.priority)].insert(entry.turn);
  }
  if (!record.control.runner.is_nil()) leases_[record.control.runner].insert(record.job.id);
}

void MemoryTables::unindex(const Entry& entry) {
  const JobRecord& record = entry.record;
  if (record.job.state == JobState::running) {
    const auto running = running_.find(record.job.owner);
    if (--running->second == 0) running_.erase(running);
  }
  if (const std::optional<WallTime> due = due_at(record)) {
    places_.erase(place(entry));
    due_.erase({*due, record.job.id});
  }
  if (is_terminal(record.job.state)) {
    if (record.job.expires_at) expiring_.erase({*record.job.expires_at, record.job.id});
  } else {
    const auto lane = turns_.find(Lane(record.job.owner, record.control.priority));
    lane->second.erase(lane->second.find(entry.turn));
    if (lane->second.empty()) turns_.erase(lane);
  }
  if (const auto lease = leases_.find(record.control.runner); lease != leases_.end()) {
    lease->second.erase(record.job.id);
    if (lease->second.empty()) leases_.erase(lease);
  }
}

void MemoryTables::changed(const JobId& id) {
  ChangeCursor& last = last_change_[id];
  if (last != 0) feed_.erase(last);
  last = ++latest_change_;
  feed_.emplace_hint(feed_.end(), last, id);
  while (feed_.size() > feed_length_) {
    const auto oldest = feed_.begin();
    feed_begin_ = oldest->first;
    last_change_.erase(oldest->second);
    feed_.erase(oldest);
  }
}

ChangePage MemoryTables::changes(ChangeCursor since, std::size_t limit) const {
  ChangePage page;
  // A cursor from beyond the end was given out by another store.
  page.truncated = since < feed_begin_ || since > latest_change_;
  if (page.truncated) since = feed_begin_;
  page.next = latest_change_;
  for (auto next = feed_.upper_bound(since); next != feed_.end(); ++next) {
    if (page.entries.size() == limit) {
      page.next = std::prev(next)->first;
      page.more = true;
      break;
    }
    ChangeEntry& entry = page.entries.emplace_back();
    entry.id = next->second;
    if (const auto job = jobs_.find(entry.id); job != jobs_.end()) {
      const JobRecord& record = job->second.record;
      entry.revision = record.job.revision;
      entry.epoch = record.control.epoch;
      entry.state = record.job.state;
    }
  }
  return page;
}

}  // namespace bespoke
