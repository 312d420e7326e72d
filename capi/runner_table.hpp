#pragma once

#include "bespoke.h"
#include "session.hpp"

#include <memory>
#include <optional>

namespace bespoke::capi {

/// Handles are numbers that are never used again, and not addresses: a handle that was freed, or any other nonsense, is
/// found out.

/// Keeps `session` until it is taken out; at the end of the process at the latest.
bespoke_runner* keep(std::shared_ptr<Session> session);

/// Takes a session out; null when there is none (any more), or when it belongs to the parent of a forked child.
std::shared_ptr<Session> take_out(bespoke_runner* handle);

/// A call that uses a session, as long as this lives.
class Call {
 public:
  /// Throws Error(invalid_argument) for NULL and for nonsense, `closed` for a handle that was freed, `forked`.
  explicit Call(bespoke_runner* handle);

  Session* operator->() const { return session_.get(); }
  PhaseRunner& runner() const { return session_->runner(); }

 private:
  std::shared_ptr<Session> session_;
  std::optional<Session::Visit> visit_;
};

}  // namespace bespoke::capi
