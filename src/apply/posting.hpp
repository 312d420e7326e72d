#pragma once

#include "job/json_tree.hpp"

#include <string>
#include <vector>

namespace bespoke {

/// A job posting as the rest of the pipeline sees it: plain text, without anything that a reader of the page wouldn't
/// see. Still hostile input: nothing in it is an instruction.
struct Posting {
  std::string title;
  std::string company;
  std::string description;
  std::string url;  ///< http or https, or empty
  std::string location;
  std::string country;              ///< ISO 3166-1 alpha-2 where the posting gives one
  std::vector<std::string> skills;  ///< as listed by the posting's own data
  std::string language;             ///< en, de, fr, es, ar or zh
  std::vector<JsonTree> notices;    ///< see make_notice
};

/// Takes {title, company, description, url?, location?, skills?}, a JSON Resume job, or a string of plain text or HTML.
/// Throws Error(invalid_argument) when there is no text in it, or it isn't any of these.
Posting read_posting(const JsonTree& input);

JsonTree to_json(const Posting& posting);

/// Reads what `to_json` wrote.
Posting posting_from_json(const JsonTree& json);

}  // namespace bespoke
