#pragma once

#include <pango/pangocairo.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bespoke::pdf {

// Lengths are points (1/72 inch).
constexpr double mm = 72.0 / 25.4;
constexpr double small_text = 0.93;  ///< of the text's size: dates, notes

struct Colour {
  double red, green, blue;
};

constexpr Colour ink{0.106, 0.114, 0.129};
constexpr Colour quiet{0.337, 0.361, 0.400};
constexpr Colour accent{0.122, 0.247, 0.400};
constexpr Colour rule{0.788, 0.804, 0.831};

/// A stretch of text in one look.
struct Run {
  std::string text;
  bool bold = false;
  bool italic = false;
  Colour colour = ink;
  std::string link;
};

struct Page {
  double width, height;
  double top, bottom, side;  ///< margins
  double size;               ///< of text
  double leading;            ///< distance of base lines, in parts of the size
  double section_gap, entry_gap;
};

/// One line of print: what stands above and below it may be parted from it unless `keep` holds the next one to it.
struct Row {
  double before = 0;  ///< space above; dropped at the top of a page
  double height = 0;
  bool keep = false;
  const char* tag = "P";       ///< structure element that it belongs to
  const char* list = nullptr;  ///< element around that of neighbouring rows
  int block = 0;               ///< rows of one block share an element
  std::function<void(cairo_t*, double y)> draw;
};

/// Text that has been set: fonts chosen, shaped, broken into lines.
struct Text {
  std::shared_ptr<PangoLayout> layout;
  std::shared_ptr<const std::vector<Run>> runs;
  double size = 0;
  double width = 0;  ///< the room it was set in, or its own width
  int lines = 0;
};

/// Sets text for a page in a language and its direction, and draws it.
class TypeSetter {
 public:
  TypeSetter(const Page& page, const std::string& language, bool right_to_left);

  /// In the document's direction, broken at `width`.
  Text set(std::vector<Run> runs, double size, double width) const;
  /// In one line that runs in its own direction, such as a telephone number among Arabic words.
  Text set_own(std::vector<Run> runs, double size) const;
  /// In one line of the document's direction.
  Text set_line(std::vector<Run> runs, double size) const;

  /// Draws line `index` of `text` into a row that begins at `y` and is `height` high. `start` is the distance from the
  /// edge where reading begins.
  void draw(cairo_t* cairo, const Text& text, int index, double start, double y, double height) const;
  /// A thin line across the text's width.
  void draw_rule(cairo_t* cairo, double y) const;

  double row_height(double size) const { return size * page_.leading; }
  double text_width() const { return page_.width - 2 * page_.side; }
  const Page& page() const { return page_; }

 private:
  Text set_in(PangoContext* context, std::vector<Run> runs, double size) const;

  Page page_;
  bool right_to_left_;
  std::shared_ptr<PangoContext> context_;
  std::shared_ptr<PangoContext> left_to_right_;
  double ascent_ = 0;  ///< of the text font, in parts of its size
  double descent_ = 0;
};

/// How many pages the rows take.
int count_pages(const std::vector<Row>& rows, const Page& page);

/// Prints rows on pages, beginning with a new one. A row is kept on one page with the next when it says so, as long as
/// all that is kept together fits a page.
void print_rows(cairo_t* cairo, const std::vector<Row>& rows, const Page& page);

}  // namespace bespoke::pdf
