#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace bespoke {

enum class PdfPart : std::uint8_t { cv_and_letter, cv, letter };

/// The printed papers of a result of the apply pipeline as PDF: embedded fonts, text that can be selected and searched,
/// links, and structure for screen readers. Throws Error(unsupported) when the module that makes PDFs isn't installed.
std::string render_pdf(const nlohmann::json& result, PdfPart part = PdfPart::cv_and_letter);

}  // namespace bespoke
