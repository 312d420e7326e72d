#pragma once

namespace bespoke {

/// A pair of connected sockets that wakes somebody's event loop: one end is signalled here, duplicates of the other are
/// handed out. Sockets and not an eventfd, since every event loop takes those (Node's net.Socket among them). Close on
/// exec, never blocking. All methods but the constructor are safe from any thread.
class WakePair {
 public:
  /// Throws Error(internal) when the process may open no more files.
  WakePair();
  ~WakePair();
  WakePair(const WakePair&) = delete;
  WakePair& operator=(const WakePair&) = delete;

  /// Makes the other end readable, if it isn't.
  void signal() noexcept;
  /// Takes away what is there to read.
  void drain() noexcept;
  /// A new descriptor of the readable end, owned by the caller. Throws Error(internal).
  int duplicate() const;

 private:
  int near_ = -1;
  int far_ = -1;
};

}  // namespace bespoke
