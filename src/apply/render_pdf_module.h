#pragma once

#include <stddef.h>

/// What the library and the module bespoke_pdf.so agree on. The module is loaded only when somebody asks for a PDF, so
/// that nothing else needs Pango and Cairo.

#ifdef __cplusplus
extern "C" {
#endif

/// Grows when anything below, or the document's form, changes.
#define BESPOKE_PDF_INTERFACE 1

__attribute__((visibility("default"))) int bespoke_pdf_interface(void);

typedef void (*bespoke_pdf_write)(void* context, const unsigned char* bytes, size_t size);

/// Lays out a document (JSON, made by render_pdf.cpp) and hands the PDF's bytes to `write`, piece by piece. Returns 0;
/// or 1, with a message in `error`. From any thread.
__attribute__((visibility("default"))) int bespoke_pdf_render(const char* document, size_t document_size,
                                                              bespoke_pdf_write write, void* context, char* error,
                                                              size_t error_size);

#ifdef __cplusplus
}
#endif
