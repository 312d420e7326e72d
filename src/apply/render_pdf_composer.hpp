#pragma once

#include "apply/render_pdf_paper.hpp"

#include <string>
#include <vector>

namespace bespoke::pdf {

/// How a paragraph stands.
struct Shape {
  double size = 0;  ///< 0: the page's
  double indent = 0;
  double before = 0;
  bool keep = false;     ///< with what follows
  bool keep_in = false;  ///< its lines together
  double leading = 0;    ///< 0: the page's
  const char* tag = "P";
};

/// Makes rows of the things that a CV and a letter are made of, from top to bottom. The rows draw with `setter`, which
/// must outlive them.
class Composer {
 public:
  explicit Composer(const TypeSetter& setter) : setter_(setter), size_(setter.page().size) {}

  std::vector<Row> take() { return std::move(rows_); }
  /// Of the page's text.
  double size() const { return size_; }
  const Page& page() const { return setter_.page(); }

  /// Room above the next row, unless its own is more.
  void gap(double height);
  void heading(const std::string& text);
  void paragraph(std::vector<Run> runs, Shape shape);
  /// Nothing for an empty text.
  void paragraph(const std::string& text, Shape shape, Colour colour = ink, bool bold = false);
  /// The first two and the last two stay together.
  void bullets(const std::vector<std::string>& texts, bool keep_after);
  /// What an entry is on the side where reading begins, its dates on the other.
  void entry_head(std::vector<Run> runs, const std::string& dates, double before, bool keep);
  /// Short texts one after the other, as many in a line as there is room for.
  void flow(const std::vector<std::vector<Run>>& items, double size, double between, double before);

  struct Pair {
    std::string label, value;
  };
  /// Labels in one column, what they stand for in the other.
  void pairs(const std::vector<Pair>& pairs);

 private:
  Row next_row(double size, double before, const char* tag, bool new_block);
  void add_mark(Row& row) const;

  const TypeSetter& setter_;
  double size_;
  std::vector<Row> rows_;
  double gap_ = 0;
  int block_ = 0;
};

}  // namespace bespoke::pdf
