#pragma once

namespace bespoke {

/// Keeps fork() away from moments that a child could not go on from: a thread inside a library whose locks the child
/// would inherit in the hands of nobody, and what that library notes about open files. fork() waits until nobody is
/// inside, and has put away what must not be open. (vfork, posix_spawn and exec are none of this: their children don't
/// go on with our memory.) All functions may be called from any thread.
class ForkGate {
 public:
  /// fork() waits while one of these lives, so it should be for a short time. May be nested; ends on its own thread.
  class Use {
   public:
    Use();
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
  };

  /// What is put away before a fork and got out again, in the parent, when it is needed.
  class Member {
   public:
    /// Called while nobody is in a Use, and nobody can begin one.
    virtual void put_away() noexcept = 0;

   protected:
    ~Member() = default;
  };

  /// A member stays one until it is removed, which must be before it is destroyed; in a forked child there are none.
  static void add(Member& member);
  static void remove(Member& member);
};

}  // namespace bespoke
