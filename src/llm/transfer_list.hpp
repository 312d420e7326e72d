#pragma once

#include <memory>
#include <utility>

namespace bespoke {

class ActiveTransfer;

/// A queue of transfers that needs no memory: its links are in them.
class TransferList {
 public:
  using Link = std::shared_ptr<ActiveTransfer> ActiveTransfer::*;

  explicit TransferList(Link link) : link_(link) {}
  ~TransferList() {
    while (pop()) {
    }
  }
  TransferList(const TransferList&) = delete;
  TransferList& operator=(const TransferList&) = delete;

  bool empty() const { return first_ == nullptr; }
  /// `transfer` must not be in a list with the same link.
  void push(std::shared_ptr<ActiveTransfer> transfer) noexcept;
  /// The first one; null when there is none.
  std::shared_ptr<ActiveTransfer> pop() noexcept;
  void swap(TransferList& other) noexcept {
    first_.swap(other.first_);
    std::swap(last_, other.last_);
  }

 private:
  Link link_;
  std::shared_ptr<ActiveTransfer> first_;
  ActiveTransfer* last_ = nullptr;
};

}  // namespace bespoke
