#include "platform/os_error.hpp"

#include <cerrno>
#include <system_error>

namespace bespoke {

ErrorCode code_of_errno(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::no_space;
    case ENOMEM:
      return ErrorCode::out_of_memory;
    default:
      return ErrorCode::store_unavailable;
  }
}

void throw_os_error(const std::string& what) {
  const int number = errno;
  throw Error(code_of_errno(number), what + ": " + std::generic_category().message(number));
}

}  // namespace bespoke
