#pragma once

#include "apply/locale.hpp"

namespace bespoke {

const Locale& locale_en();
const Locale& locale_de();
const Locale& locale_fr();
const Locale& locale_es();
const Locale& locale_ar();
const Locale& locale_zh();

}  // namespace bespoke
