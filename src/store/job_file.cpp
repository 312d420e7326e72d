#include "store/job_file.hpp"

#include "job/json_tree.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

using ordered = OrderedJsonTree;

constexpr int schema = 1;

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(Json(text));
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::string hex(std::string_view bytes) {
  std::string digits;
  for (const char c : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return digits;
}

std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

/// As JSON for people where that gives the same bytes back, else as a string, else as hexadecimal digits.
void put_body(ordered& entry, const std::string& body) {
  ordered parsed = ordered::parse(body, nullptr, false);
  if (!parsed.is_discarded() && parsed.dump() == body) {
    entry["json"] = std::move(parsed);
  } else if (is_utf8(body)) {
    entry["text"] = body;
  } else {
    entry["hex"] = hex(body);
  }
}

std::string body_of(const ordered& entry) {
  if (entry.contains("json")) return entry["json"].dump();
  if (entry.contains("text")) return entry["text"].get<std::string>();
  return from_hex(entry.at("hex").get<std::string>());
}

}  // namespace

std::string job_file_text(const WholeJob& job) {
  const ordered record = ordered::parse(to_json(job.record).text());
  ordered file = ordered::object();
  file["bespoke"] = schema;
  file["job"] = record.at("job");
  file["control"] = record.at("control");
  file["turn"] = job.turn;
  file["change"] = job.change;
  file["payloads"] = ordered::array();
  for (const Payload& payload : job.payloads) {
    ordered entry = {{"kind", to_string(payload.kind)}, {"name", payload.name}};
    put_body(entry, payload.body);
    file["payloads"].push_back(std::move(entry));
  }
  file["texts"] = ordered::array();
  for (const TextChunk& chunk : job.texts) {
    ordered entry = {{"phase", chunk.phase}, {"attempt", chunk.attempt}, {"offset", chunk.offset}};
    entry[is_utf8(chunk.text) ? "text" : "hex"] = is_utf8(chunk.text) ? chunk.text : hex(chunk.text);
    file["texts"].push_back(std::move(entry));
  }
  return file.dump(2) + '\n';
}

WholeJob job_from_file_text(std::string_view text) {
  try {
    const ordered file = ordered::parse(text);
    if (const int version = file.at("bespoke"); version > schema)
      throw Error(ErrorCode::unsupported,
                  fmt::format("it has schema version {} and this library knows versions up to {}", version, schema));
    WholeJob job;
    const ordered record = {{"job", file.at("job")}, {"control", file.at("control")}};
    job.record = job_record_from_json(Json::trusted(record.dump()));
    job.turn = file.at("turn");
    job.change = file.at("change");
    for (const ordered& entry : file.at("payloads")) {
      const auto kind = payload_kind_from_string(entry.at("kind").get<std::string>());
      if (!kind) throw Error(ErrorCode::store_corrupt, "a payload is of no known kind");
      job.payloads.push_back({*kind, entry.at("name"), body_of(entry)});
    }
    for (const ordered& entry : file.at("texts"))
      job.texts.push_back({entry.at("phase"), entry.at("attempt"), entry.at("offset"), body_of(entry)});
    return job;
  } catch (const JsonTree::exception& error) {
    throw Error(ErrorCode::store_corrupt, error.what());
  } catch (const std::logic_error& error) {  // digits that are none
    throw Error(ErrorCode::store_corrupt, error.what());
  }
}

}  // namespace bespoke
