// Node 18 has no symbol for `await using` yet; compilers look for this one.
Symbol.asyncDispose ??= Symbol("Symbol.asyncDispose");
