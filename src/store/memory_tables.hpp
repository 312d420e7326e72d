#pragma once

#include <bespoke/job_store.hpp>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace bespoke {

/// The content of a memory store and its indexes, which change together. Not thread-safe.
class MemoryTables {
 public:
  struct Entry {
    JobRecord record;
    std::uint64_t turn = 0;
    std::map<std::pair<PayloadKind, std::string>, std::string> payloads;
    std::map<std::tuple<std::string, int, std::uint64_t>, std::string> text;  // by phase, attempt, offset
  };
  /// The order in which claimable jobs are served: priority, then turn, then age.
  struct Place {
    int priority = 0;
    std::uint64_t turn = 0;
    JobId id;

    friend bool operator<(const Place& a, const Place& b) {
      return std::tie(b.priority, a.turn, a.id) < std::tie(a.priority, b.turn, b.id);
    }
  };
  struct Runner {
    std::uint64_t heartbeat = 0;
    std::string info;
  };

  explicit MemoryTables(std::size_t feed_length) : feed_length_(feed_length) {}

  Entry* find(const JobId& id);
  const JobId* find_key(const std::string& owner, const std::string& key) const;

  /// `record.job.id` must be new.
  Entry& insert(const JobRecord& record);
  /// Puts a job in as it was, turn and revision included.
  Entry& restore(const JobRecord& record, std::uint64_t turn);
  /// Stores `record` in `entry`; its owner and key must be those of before.
  void replace(Entry& entry, const JobRecord& record);
  void erase(const JobId& id);
  /// Notes that a job of this place has been served, so that its owner's next ones get later turns.
  void served(const Entry& entry);
  /// Lists the job as the last one that changed.
  void changed(const JobId& id);

  const std::map<JobId, Entry>& jobs() const { return jobs_; }
  const std::set<Place>& places() const { return places_; }
  const std::set<std::pair<WallTime, JobId>>& due() const { return due_; }
  const std::set<std::pair<WallTime, JobId>>& expiring() const { return expiring_; }
  const std::map<RunnerId, std::set<JobId>>& leases() const { return leases_; }
  /// Jobs of `owner` in state running.
  int running(const std::string& owner) const;

  std::map<RunnerId, Runner> runners;

  ChangePage changes(ChangeCursor since, std::size_t limit) const;
  ChangeCursor latest_change() const { return latest_change_; }
  /// The place of the job's last change; 0 when the feed has forgotten it.
  ChangeCursor change_of(const JobId& id) const;
  void begin_feed(ChangeCursor latest) { latest_change_ = feed_begin_ = latest; }

 private:
  using Lane = std::pair<std::string, int>;  // owner and priority

  static Place place(const Entry& entry);
  void index(const Entry& entry);
  void unindex(const Entry& entry);

  std::size_t feed_length_;

  std::map<JobId, Entry> jobs_;
  std::map<std::pair<std::string, std::string>, JobId> keys_;  // by owner and key
  std::set<Place> places_;                                     // queued and waiting jobs
  std::set<std::pair<WallTime, JobId>> due_;                   // the same
  std::set<std::pair<WallTime, JobId>> expiring_;
  std::map<RunnerId, std::set<JobId>> leases_;
  std::map<std::string, int> running_;  // by owner

  // Turns are those of start-time fair queueing: a job's turn is one after the later of its owner's last job that
  // hasn't ended and the last job that was served. Who submits a thousand jobs gets a thousand turns in a row, and who
  // comes then with one gets the next.
  std::map<Lane, std::multiset<std::uint64_t>> turns_;  // of jobs that haven't ended
  std::map<int, std::uint64_t> last_served_;            // by priority

  ChangeCursor latest_change_ = 0;
  ChangeCursor feed_begin_ = 0;  // changes up to here are forgotten
  std::map<ChangeCursor, JobId> feed_;
  std::unordered_map<JobId, ChangeCursor> last_change_;
};

}  // namespace bespoke
