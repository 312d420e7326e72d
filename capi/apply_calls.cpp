#include "boundary.hpp"
#include "job/json_tree.hpp"

#include <bespoke/apply.hpp>
#include <bespoke/error.hpp>

using namespace bespoke;        // NOLINT(google-build-using-namespace): the functions below can't be in a namespace
using namespace bespoke::capi;  // NOLINT(google-build-using-namespace)

extern "C" {

int32_t bespoke_apply_rerender(const char* result, size_t result_size, const char* accepted, size_t accepted_size,
                               bespoke_buffer** rerendered, bespoke_error** error) {
  return guarded(error, [&] {
    bespoke_buffer*& place = output(rerendered, "rerendered");
    const Json of = json_of(result, result_size, "result");
    const JsonTree ids = to_json_tree(json_of(accepted, accepted_size, "accepted"));
    std::vector<std::string> wanted;
    const auto refuse = [] { throw Error(ErrorCode::invalid_argument, "accepted: expected an array of strings"); };
    if (!ids.is_array()) refuse();
    for (const auto& id : ids) {
      if (!id.is_string()) refuse();
      wanted.push_back(id.get<std::string>());
    }
    place = buffer_of(rerender_apply_result(of, wanted).text());
    return BESPOKE_OK;
  });
}

int32_t bespoke_apply_pdf(const char* result, size_t result_size, const char* papers, size_t papers_size,
                          bespoke_buffer** pdf, bespoke_error** error) {
  return guarded(error, [&] {
    bespoke_buffer*& place = output(pdf, "pdf");
    const Json of = json_of(result, result_size, "result");
    const std::string_view which = bytes_of(papers, papers_size, "papers");
    ApplyPapers wanted = ApplyPapers::cv_and_letter;
    if (which == "cv") {
      wanted = ApplyPapers::cv;
    } else if (which == "letter") {
      wanted = ApplyPapers::letter;
    } else if (which != "cv_and_letter") {
      throw Error(ErrorCode::invalid_argument, "papers: expected cv, letter or cv_and_letter");
    }
    place = buffer_of(render_apply_pdf(of, wanted));
    return BESPOKE_OK;
  });
}

}  // extern "C"
