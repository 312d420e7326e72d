/* The header compiles alone as strict C99, and can be included twice. */
#include <bespoke.h>

int main(void) {
  return bespoke_abi_version() == BESPOKE_C_ABI_VERSION ? 0 : 1;
}
