#!/usr/bin/env python3
"""What `bespoke apply` writes, for every sample profile and a posting that fits it: valid by both JSON Resume schemas,
rendered whole by two themes of that community (npm), and signed letters.

    BESPOKE_BIN_DIR=build/bin tests/resume_outputs_test.py

Needs node and npm.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = pathlib.Path(os.environ["BESPOKE_BIN_DIR"])
DATA = ROOT / "examples" / "data"
SCHEMAS = ("resume_schema_1.0.json", "jsonresume_schema_1.3.json")
PAIRS = {"ada": "northwind", "arabic": "northwind", "executive": "executive", "graduate": "junior", "nurse": "hospital",
         "teacher": "edtech"}


def install_themes(folder: pathlib.Path) -> None:
    """Puts the themes beside a copy of their test."""
    for name in ("package.json", "package-lock.json", "themes_test.mjs"):
        shutil.copy(HERE / "themes" / name, folder)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)


def main() -> int:
    profiles = sorted(path.stem for path in (DATA / "profiles").glob("*.json"))
    assert profiles == sorted(PAIRS), f"a sample profile without a posting, or the other way round: {profiles}"
    # Beside the programs, so that a second run finds the packages there.
    themes = BIN.parent / "themes"
    themes.mkdir(exist_ok=True)
    install_themes(themes)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for profile, posting in PAIRS.items():
            out = pathlib.Path(folder) / profile
            subprocess.run([BIN / "bespoke", "apply", "--store", "memory:", "--profile", DATA / f"profiles/{profile}.json",
                            "--posting", DATA / f"postings/{posting}.json", "--out", out], check=True,
                           stdout=subprocess.DEVNULL)
            resume = json.loads((out / "resume.json").read_text())
            assert (out / "letter.md").read_text().rstrip().endswith(resume["basics"]["name"]), "an unsigned letter"
            files.append(out / "resume.json")
            for schema in SCHEMAS:
                jsonschema.validate(resume, json.loads((ROOT / "src/apply/schemas" / schema).read_text()))
        subprocess.run([HERE / "node20.sh", "themes_test.mjs", *files], cwd=themes, check=True,
                       env={**os.environ, "BESPOKE_BUILD": str(BIN.parent)})
    print(f"{len(files)} profiles, each valid and rendered by two themes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
