#pragma once

#include "apply/items.hpp"
#include "job/json_tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// What a model may ask for, and nothing else: no operation touches employers, titles, institutions, degrees, dates,
/// names or contact data.
struct Operation {
  std::string op;       ///< "rewrite", "hide", "reorder" or "set_summary"
  std::string id;       ///< of rewrite and hide
  std::string section;  ///< of reorder; only a hint, the ids tell the list
  std::vector<std::string> ids;
  std::string text;
  std::vector<std::string> evidence;
  std::string reason;
  std::vector<std::string> keywords;

  /// What a change or a refusal names: the item, or the list of a reorder.
  std::string target() const;
};

/// A change that can be made: an operation that names things rightly. The JSON form is the result's:
/// {"id", "op", "target", "before", "after", "reason", "evidence", "keywords", "accepted"}, and "ids" for a reorder.
struct CvChange {
  std::string id;
  std::string op;
  std::string target;
  std::string before;
  std::string after;
  std::vector<std::string> ids;
  std::string reason;
  std::vector<std::string> evidence;
  std::vector<std::string> keywords;
  bool accepted = true;
};

JsonTree to_json(const CvChange& change);
CvChange change_from_json(const JsonTree& json);
std::vector<CvChange> changes_from_json(const JsonTree& list);

/// An operation that wasn't carried out. Codes: unknown_id, not_rewritable, not_hideable, not_reorderable, empty_text,
/// too_long, unchanged, unknown_evidence, duplicate, mixed_lists, repeated_id, unsupported_fact.
struct Refusal {
  std::string op;
  std::string target;
  std::string code;
  std::string message;
};

JsonTree to_json(const Refusal& refusal);

/// The operations of an answer that follows schemas/cv_edits.json.
std::vector<Operation> read_operations(const JsonTree& answer);

struct CheckedOperations {
  std::vector<CvChange> changes;  ///< without ids
  std::vector<Refusal> refused;
};

/// Judges each operation alone; `items` are the original profile's. Facts are not checked here.
CheckedOperations check_operations(const std::vector<Operation>& operations, const std::vector<Item>& items);

/// The tailored profile: the original with every accepted change, whatever their order. Members that no change names
/// stay byte for byte.
JsonTree apply_changes(const JsonTree& original, const std::vector<CvChange>& changes);

/// What is visible of `items` after the accepted changes; ids stay those of the original.
std::vector<Item> apply_changes(const std::vector<Item>& items, const std::vector<CvChange>& changes);

}  // namespace bespoke
