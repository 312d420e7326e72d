#include "apply/render_fit.hpp"

#include "apply/render_wrap.hpp"

#include <cmath>
#include <utility>

namespace bespoke {
namespace {

using Entry = CvDocument::Entry;
using Shape = CvDocument::Shape;

// Millimetres, as in templates/preview.css at 10 pt.
constexpr double line = 5.0;
constexpr double small_line = 4.6;
constexpr double bullet_gap = 0.5;
constexpr double entry_gap = 3.0;
constexpr double heading = 12.2;
constexpr double column = 1.8;  ///< the average letter

class Measure {
 public:
  explicit Measure(double width) : columns_(width / column) {}

  double person(const CvDocument& document) const {
    double contacts = 0;
    for (const CvDocument::Contact& contact : document.contacts)
      contacts += static_cast<double>(column_width(contact.text)) + 3;
    return (document.name.empty() ? 0 : 8.6) + (document.label.empty() ? 0 : 6.2) +
           std::ceil(contacts * 0.95 / columns_) * small_line + 6.2;
  }

  double section(const CvDocument::Section& section) const {
    double height = heading;
    double in_linecolumns = 0;
    for (const Entry& entry : section.entries) {
      switch (section.shape) {
        case Shape::entries:
          height += this->entry(entry);
          break;
        case Shape::lines:
          height += lines(entry.summary, 24) * line + 0.6;
          break;
        case Shape::in_line:
          in_linecolumns += static_cast<double>(column_width(entry.title) + column_width(entry.summary)) + 5;
          break;
        case Shape::quotes:
          height += lines(entry.summary, 0) * line + small_line + 2;
          break;
      }
    }
    if (section.shape == Shape::entries) height -= entry_gap;
    return height + std::ceil(in_linecolumns / columns_) * line;
  }

  double text(const std::string& text) const { return text.empty() ? 0 : lines(text, 0) * line; }

 private:
  double lines(const std::string& text, double taken) const {
    if (text.empty()) return 1;
    return std::ceil(static_cast<double>(column_width(text)) / (columns_ - taken));
  }

  double entry(const Entry& entry) const {
    const std::string head = entry.title + " · " + entry.organisation + ", " + entry.place;
    double height = entry_gap + lines(head, 2.0 + static_cast<double>(column_width(entry.dates))) * line;
    if (!entry.about.empty()) height += lines(entry.about, -6) * small_line;
    height += text(entry.summary);
    for (const std::string& bullet : entry.bullets) height += lines(bullet, 2) * line + bullet_gap;
    for (const std::string& note : entry.notes) height += lines(note, -6) * small_line;
    return height;
  }

  double columns_;
};

}  // namespace

double estimated_pages(const CvDocument& document, bool letter_size) {
  const double width = (letter_size ? 215.9 : 210.0) - 2 * 18;
  const double height = (letter_size ? 279.4 : 297.0) - 2 * 16;
  const Measure measure(width);
  double total = measure.person(document);
  if (!document.summary.empty()) total += heading + measure.text(document.summary);
  for (const CvDocument::Section& section : document.sections) total += measure.section(section);
  return total / height;
}

std::string_view look_that_saves_a_page(double pages) {
  // How much more templates/preview.css gets on a page in each.
  constexpr std::pair<std::string_view, double> looks[] = {{"compact", 1.19}, {"tight", 1.26}};
  for (const auto& [look, gain] : looks) {
    if (std::ceil(pages / gain) < std::ceil(pages)) return look;
  }
  return {};
}

}  // namespace bespoke
