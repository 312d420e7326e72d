#!/usr/bin/env python3
"""Reads every #include and fails when a layer includes one above it.

    layers_test.py ROOT          checks the sources under ROOT
    layers_test.py --self-test   checks that each rule catches a violation

Rules: a file of a layer includes only its own layer and those below it; llm and store don't know each other; a public
header includes only public headers and never the JSON library (but bespoke/json.hpp does); src and capi use the trees of
job/json_tree.hpp, which need no memory to end, and not the JSON library's own (but bespoke/json.hpp is implemented with
those); examples and capi include public headers alone; headers of the operating system are included in src/platform alone.
"""

import re
import sys
import tempfile
from pathlib import Path

# Lowest first. What stands in one row doesn't know each other.
LAYERS = [["platform"], ["job"], ["store", "llm"], ["runner"], ["simulation", "apply"], ["capi"], ["examples"]]
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}

# The layers of public headers that have no source file of their name in their layer. error, log, random, time and version
# are words that every layer needs.
PUBLIC = {
    "error": "platform", "log": "platform", "random": "platform", "time": "platform", "version": "platform",
    "change": "job", "job": "job", "job_record": "job", "json": "job", "json_value": "job", "mutation": "job",
    "pipeline_spec": "job", "uuid": "job",
    "job_store": "store",
    "llm_client": "llm", "open_llm": "llm",
    "host_queue": "runner", "host_tasks": "runner", "phase_context": "runner", "phase_runner": "runner", "pipeline": "runner",
    "apply": "apply", "bespoke": "apply",
}  # fmt: skip

SYSTEM = re.compile(
    r"(sys|netinet|arpa|net|linux|netdb|unistd|fcntl|poll|pthread|sched|dlfcn|dirent|pwd|grp|signal|spawn|termios)(/.*)?\.h"
)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
FOREIGN_TREE = re.compile(r"\bnlohmann::(ordered_)?json\b|\b(to|from)_nlohmann\b")
OTHER_TREES = ("src/job/json_tree.hpp", "src/job/json_tree_fwd.hpp", "src/job/json_value.cpp")
SOURCES = (".hpp", ".cpp", ".h")


def may_include(layer, other):
    return layer == other or RANK[other] < RANK[layer]


def public_layer(root, name):
    """The layer of <bespoke/NAME.hpp>: by the table, or that of src/LAYER/NAME.cpp; None when neither tells."""
    if name in PUBLIC:
        return PUBLIC[name]
    return next((layer for layer in RANK if (root / "src" / layer / f"{name}.cpp").exists()), None)


def judge(root, path):
    """What is wrong with the includes of one file, as sentences."""
    relative = path.relative_to(root)
    parts = relative.parts
    public = parts[0] == "include"
    if public:
        layer = public_layer(root, path.stem)
        if layer is None:
            return [f"{relative}: a public header that has no layer: add it to PUBLIC in tests/layers_test.py"]
    elif parts[0] == "src":
        layer = parts[1]
        if layer not in RANK:
            return [f"{relative}: src/{layer} is no layer"]
    else:
        layer = parts[0]
    wrong = []
    text = path.read_text(encoding="utf-8")
    own_trees = parts[0] in ("src", "capi") and relative.as_posix() not in OTHER_TREES
    if own_trees and FOREIGN_TREE.search(text):
        wrong.append(f"{relative}: a tree of the JSON library's instead of a JsonTree")
    for bracket, name in INCLUDE.findall(text):
        head = name.split("/")[0]
        if own_trees and name.startswith(("nlohmann/", "bespoke/json.hpp")):
            wrong.append(f'{relative}: includes <{name}> instead of "job/json_tree.hpp"')
        if head == "bespoke":
            header = Path(name).stem
            other = public_layer(root, header)
            if other is None:
                wrong.append(f"{relative}: includes <{name}>, which has no layer")
            elif not may_include(layer, other):
                wrong.append(f"{relative}: {layer} includes <{name}> of {other}")
            if public and header == "json" and path.stem != "json":
                wrong.append(f"{relative}: a public header includes <bespoke/json.hpp>, and with it the JSON library")
        elif head == "nlohmann":
            if public and path.stem != "json":
                wrong.append(f"{relative}: a public header includes the JSON library")
        elif bracket == '"' and head in RANK and "/" in name:
            if public:
                wrong.append(f'{relative}: a public header includes the private "{name}"')
            elif parts[0] == "examples":
                wrong.append(f'{relative}: an example includes the private "{name}"')
            elif not may_include(layer, head):
                wrong.append(f'{relative}: {layer} includes "{name}"')
        elif bracket == '"' and public:
            wrong.append(f'{relative}: a public header includes "{name}"')
        elif SYSTEM.fullmatch(name) and parts[0] == "src" and layer != "platform":
            wrong.append(f"{relative}: {layer} includes <{name}> of the operating system")
    return wrong


def check(root):
    wrong = []
    files = 0
    for top in ("include", "src", "capi", "examples"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SOURCES and path.is_file() and "node_modules" not in path.parts:
                files += 1
                wrong += judge(root, path)
    return files, wrong


VIOLATIONS = {
    "a layer includes one above it": ("src/job/a.cpp", '#include "runner/job_machine.hpp"'),
    "a layer includes a public header above it": ("src/store/a.cpp", "#include <bespoke/phase_runner.hpp>"),
    "store includes llm": ("src/store/a.hpp", '#include "llm/sse_parser.hpp"'),
    "llm includes store": ("src/llm/a.hpp", "#  include <bespoke/job_store.hpp>"),
    "a public header includes a private one": ("include/bespoke/job.hpp", '#include "job/uuid.hpp"'),
    "a public header includes the JSON library": ("include/bespoke/change.hpp", "#include <nlohmann/json.hpp>"),
    "a tree of JSON whose end needs memory": ("src/runner/a.cpp", "const auto tree = nlohmann::json::parse(text);"),
    "the header of such trees": ("src/runner/a.cpp", "#include <bespoke/json.hpp>"),
    "a source of the C library with such trees": ("capi/a.hpp", "#include <nlohmann/json_fwd.hpp>"),
    "a public header includes json.hpp": ("include/bespoke/job.hpp", "#include <bespoke/json.hpp>"),
    "a public header includes one above its layer": ("include/bespoke/job.hpp", "#include <bespoke/job_store.hpp>"),
    "a public header without a layer": ("include/bespoke/new_thing.hpp", ""),
    "an example includes a private header": ("examples/cli/a.cpp", '#include "store/sqlite.hpp"'),
    "an OS header outside src/platform": ("src/runner/a.cpp", "#include <sys/eventfd.h>"),
    "a folder that is no layer": ("src/utils/a.cpp", ""),
}
PERMITTED = {
    "its own layer and those below": ("src/runner/a.cpp", '#include "store/a.hpp"\n#include "job/json_tree.hpp"\n'
                                      "#include <bespoke/phase_runner.hpp>"),
    "trees of JSON": ("src/job/json_tree.hpp", "#include <nlohmann/json.hpp>"),
    "json.hpp itself": ("include/bespoke/json.hpp", "#include <nlohmann/json.hpp>"),
    "OS headers in platform": ("src/platform/a.cpp", "#include <sys/eventfd.h>"),
    "an example's own header": ("examples/cli/a.cpp", '#include "a.hpp"\n#include <bespoke/bespoke.hpp>'),
}  # fmt: skip


def self_test():
    failures = 0
    for cases, expected in ((VIOLATIONS, True), (PERMITTED, False)):
        for title, (name, text) in cases.items():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / name
                path.parent.mkdir(parents=True)
                path.write_text(text + "\n", encoding="utf-8")
                found = check(Path(folder))[1]
            ok = bool(found) == expected
            failures += not ok
            print(f"{'ok' if ok else 'NOT OK'}: {title}: {'; '.join(found) or 'permitted'}")
    return failures


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    files, wrong = check(Path(sys.argv[1]).resolve())
    print("\n".join(wrong) if wrong else f"{files} files, every include goes downwards")
    if files == 0:
        print("no sources found: is ROOT right?")
    return 1 if wrong or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
