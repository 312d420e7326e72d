#pragma once

#include <string_view>
#include <vector>

namespace bespoke {

/// What a requirement in Chinese names: "熟悉数据库设计和消息队列" gives "数据库设计" and "消息队列". `run` is text
/// without spaces or punctuation; the parts are views of it, two to eight characters long.
std::vector<std::string_view> han_terms(std::string_view run);

}  // namespace bespoke
