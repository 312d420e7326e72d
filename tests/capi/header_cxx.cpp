// The header compiles alone as C++98, and can be included twice.
#include <bespoke.h>

int main() {
  return bespoke_abi_version() == BESPOKE_C_ABI_VERSION ? 0 : 1;
}
