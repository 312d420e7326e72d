"""The ABI of the C library is the golden one: the same functions, parameters and types, as libabigail sees them, and the same
numbers of statuses and states.

    abi_test.py            compares
    abi_test.py --update   writes the golden files: for additions only; anything else needs a new ABI number

What is compared is the header's, through a library of empty functions in C: the C++ that implements them includes the header,
so that the compiler holds it to the same declarations, and symbols_test.py sees that each is there.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

here = Path(__file__).resolve().parent
header = here.parents[1] / "capi" / "bespoke.h"


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def describe(text, folder):
    """The ABI of a header's text, as libabigail's XML."""
    (folder / "bespoke.h").write_text(text)
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    functions = re.findall(r"^BESPOKE_C_API\s+([^;]*\)\s*);", bare, re.M)
    bodies = [f"{one.strip()} {{ {'' if one.startswith('void ') else 'return 0;'} }}" for one in functions]
    unused = "#pragma GCC diagnostic ignored \"-Wunused-parameter\"\n"
    (folder / "probe.c").write_text('#include "bespoke.h"\n' + unused + "\n".join(bodies) + "\n")
    run("gcc", "-g", "-shared", "-fPIC", "-I", folder, folder / "probe.c", "-o", folder / "libbespoke_c.so.1")
    xml = run("abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", folder / "libbespoke_c.so.1")
    return re.sub(r" (path|comp-dir-path)='[^']*'", "", xml), len(functions)


def differ(old, new, folder):
    (folder / "old.xml").write_text(old)
    (folder / "new.xml").write_text(new)
    return subprocess.run(["abidiff", folder / "old.xml", folder / "new.xml"], capture_output=True, text=True)


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    text = header.read_text()
    now, count = describe(text, folder)
    numbers = "\n".join(f"{name} {value}" for name, value in re.findall(r"^\s+(BESPOKE_\w+) = (-?\d+)", text, re.M)) + "\n"
    if "--update" in sys.argv:
        (here / "abi.xml").write_text(now)
        (here / "numbers.txt").write_text(numbers)
        sys.exit()
    changes = differ((here / "abi.xml").read_text(), now, folder)
    if changes.returncode != 0:
        sys.exit(changes.stdout + changes.stderr)
    if numbers != (here / "numbers.txt").read_text():
        sys.exit("the numbers of statuses or states differ from numbers.txt")
    # Would it notice? Parameters that change their type, and a function that goes.
    for old, new in (("int64_t timeout_ms", "int32_t timeout_ms"), ("uint64_t task", "int64_t task")):
        assert old in text
        if differ(now, describe(text.replace(old, new), folder)[0], folder).returncode == 0:
            sys.exit(f"abidiff didn't notice that {old} became {new}")
    gone = re.sub(r"^BESPOKE_C_API const char \*bespoke_version\(void\);", "", text, flags=re.M)
    if differ(now, describe(gone, folder)[0], folder).returncode == 0:
        sys.exit("abidiff didn't notice that a function went")
print(f"{count} functions and {len(numbers.split()) // 2} numbers as they were")
