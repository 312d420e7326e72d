#pragma once

#include "apply/locale.hpp"
#include "job/json_tree_fwd.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bespoke {

/// A CV as the reader sees it, free of any output format: what is shown, in which order, with which heading. All
/// renderers print this, so that they can't differ in content.
struct CvDocument {
  struct Contact {
    std::string text;
    std::string link;  ///< http, https or mailto; empty when there is none
  };

  struct Entry {
    std::string title;
    std::string organisation;
    std::string link;  ///< of the organisation, or of the title when there is no organisation
    std::string place;
    std::string dates;
    std::string about;  ///< what the organisation or the project is
    std::string summary;
    std::vector<std::string> bullets;
    std::vector<std::string> notes;  ///< "Grade: 2:1" and the like, one line each
  };

  enum class Shape : std::uint8_t {
    entries,  ///< title, organisation, dates, text and bullets
    lines,    ///< one line each: title in bold, then the summary
    in_line,  ///< all in one line
    quotes,   ///< the summary as a quotation, then the title
  };

  struct Section {
    std::string key;  ///< as in JSON Resume: "work", "skills"
    std::string heading;
    Shape shape = Shape::entries;
    std::vector<Entry> entries;
  };

  const Locale* locale = nullptr;
  std::string name;
  std::string label;
  std::vector<Contact> contacts;
  std::string summary;
  std::vector<Section> sections;
};

/// Lays a JSON Resume document out. Any member may be missing or of a wrong type; empty entries and sections go.
CvDocument make_cv_document(const JsonTree& profile, const Locale& locale);

}  // namespace bespoke
