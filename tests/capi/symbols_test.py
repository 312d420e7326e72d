"""The symbols of the C library are those of the golden list, and the header declares each of them.

    symbols_test.py LIBRARY            compares
    symbols_test.py LIBRARY --update   writes the golden list: only ever add to it
"""

import re
import subprocess
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
golden = here / "symbols.txt"
header = here.parents[1] / "capi" / "bespoke.h"
export_map = here.parents[1] / "capi" / "bespoke_c.map"

listing = subprocess.run(["nm", "-D", "--defined-only", sys.argv[1]], check=True, capture_output=True, text=True).stdout
exported = sorted(line.split()[-1].split("@")[0] for line in listing.splitlines() if line.split()[-2] != "A")
if "--update" in sys.argv:
    golden.write_text("\n".join(exported) + "\n")
    sys.exit()
declared = sorted(set(re.findall(r"\b(bespoke_\w+)\(", header.read_text())))
mapped = sorted(re.findall(r"^    (bespoke_\w+);", export_map.read_text(), re.M))
wanted = golden.read_text().split()
wrong = []
for name, found in (("the library", exported), ("bespoke.h", declared), ("bespoke_c.map", mapped)):
    wrong += [f"{name} lacks {symbol}" for symbol in wanted if symbol not in found]
    wrong += [f"{name} has {symbol}, which isn't in symbols.txt" for symbol in found if symbol not in wanted]
soname = subprocess.run(["readelf", "-d", sys.argv[1]], check=True, capture_output=True, text=True).stdout
if "[libbespoke_c.so.1]" not in soname:
    wrong.append("the soname isn't libbespoke_c.so.1")
if "NODELETE" not in soname:
    wrong.append("the library isn't marked NODELETE")
print("\n".join(wrong) or f"{len(exported)} symbols")
sys.exit(bool(wrong))
