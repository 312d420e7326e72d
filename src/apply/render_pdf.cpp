#include "apply/render_document.hpp"
#include "apply/render_fields.hpp"
#include "apply/render_letter.hpp"
#include "apply/render_pdf_module.h"
#include "job/json_tree.hpp"
#include "platform/shared_module.hpp"

#include <bespoke/apply.hpp>
#include <bespoke/error.hpp>

#include <fmt/format.h>

#include <array>

namespace bespoke {
namespace {

using json = JsonTree;

constexpr const char* module_file = "bespoke_pdf.so";

json contacts_json(const CvDocument& document) {
  json contacts = json::array();
  for (const CvDocument::Contact& contact : document.contacts)
    contacts.push_back({{"text", contact.text}, {"link", contact.link}});
  return contacts;
}

const char* shape_word(CvDocument::Shape shape) {
  switch (shape) {
    case CvDocument::Shape::entries:
      return "entries";
    case CvDocument::Shape::lines:
      return "lines";
    case CvDocument::Shape::in_line:
      return "inline";
    case CvDocument::Shape::quotes:
      return "quotes";
  }
  return "entries";
}

json section_json(const CvDocument::Section& section) {
  json entries = json::array();
  for (const CvDocument::Entry& entry : section.entries)
    entries.push_back({{"title", entry.title},
                       {"organisation", entry.organisation},
                       {"link", entry.link},
                       {"place", entry.place},
                       {"dates", entry.dates},
                       {"about", entry.about},
                       {"summary", entry.summary},
                       {"bullets", entry.bullets},
                       {"notes", entry.notes}});
  return {{"heading", section.heading}, {"shape", shape_word(section.shape)}, {"entries", std::move(entries)}};
}

json cv_json(const CvDocument& document) {
  json sections = json::array();
  for (const CvDocument::Section& section : document.sections) sections.push_back(section_json(section));
  return {{"name", document.name},
          {"label", document.label},
          {"contacts", contacts_json(document)},
          {"summary_heading", document.locale->cv.summary},
          {"summary", document.summary},
          {"separator", document.locale->separator},
          {"sections", std::move(sections)}};
}

json letter_json(const LetterDocument& letter, const CvDocument& sender) {
  json paragraphs = json::array();
  for (const LetterDocument::Paragraph& paragraph : letter.paragraphs)
    paragraphs.push_back({{"text", paragraph.text}, {"points", paragraph.points}});
  return {{"name", sender.name},          {"contacts", contacts_json(sender)}, {"company", letter.company},
          {"place", letter.place},        {"subject", letter.subject},         {"paragraphs", std::move(paragraphs)},
          {"signature", letter.signature}};
}

/// The module stays loaded for the life of the process.
SharedModule& module() {
  static SharedModule loaded = SharedModule::find(module_file, BESPOKE_MODULE_FOLDER);
  return loaded;
}

void append(void* context, const unsigned char* bytes, std::size_t size) {
  static_cast<std::string*>(context)->append(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace

std::string render_apply_pdf(const Json& given, ApplyPapers papers) {
  const json result = to_json_tree(given);
  if (!result.is_object() || !result.contains("profile") || !result.at("profile").is_object())
    throw Error(ErrorCode::invalid_argument, "render_apply_pdf: expected a result of the apply pipeline");

  const auto interface = module().function<decltype(bespoke_pdf_interface)>("bespoke_pdf_interface");
  if (interface() != BESPOKE_PDF_INTERFACE)
    throw Error(ErrorCode::unsupported,
                fmt::format("{} is of another version of Bespoke; install the one that came with this library",
                            module().path()));
  const auto render = module().function<decltype(bespoke_pdf_render)>("bespoke_pdf_render");

  const Locale& locale = locale_of_result(result);
  const CvDocument cv = make_cv_document(object_at(result, "profile"), locale);
  const LetterDocument letter = make_letter_document(result);
  const bool with_letter = papers != ApplyPapers::cv && !letter.paragraphs.empty();
  if (papers == ApplyPapers::letter && !with_letter)
    throw Error(ErrorCode::invalid_argument, "render_apply_pdf: the result has no letter");
  json document = {{"page", text_at(result, "page") == "Letter" ? "Letter" : "A4"},
                   {"language", locale.code},
                   {"right_to_left", locale.right_to_left},
                   {"author", cv.name},
                   {"title", papers == ApplyPapers::letter ? letter.subject : cv.name},
                   {"cv", papers == ApplyPapers::letter ? json() : cv_json(cv)},
                   {"letter", with_letter ? letter_json(letter, cv) : json()}};

  const std::string text = document.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string pdf;
  std::array<char, 256> error{};
  if (render(text.data(), text.size(), append, &pdf, error.data(), error.size()) != 0)
    throw Error(ErrorCode::internal, fmt::format("render_apply_pdf: {}", error.data()));
  return pdf;
}

}  // namespace bespoke
