"""pip installs the package from its folder, without an index, and it finds the library beside it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

import bespoke._library


def test_pip_install_from_the_folder(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "BESPOKE_LIBRARY")}
    source = tmp_path / "python"
    shutil.copytree(ROOT / "capi/python", source, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", str(venv)], check=True)
    python = str(venv / "bin/python")
    done = subprocess.run(
        [python, "-m", "pip", "install", "--no-index", "--no-build-isolation", "--quiet", str(source)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    def run(code):
        return subprocess.run([python, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True)

    (installed,) = venv.glob("lib/python3*/site-packages/bespoke")
    assert (installed / "py.typed").exists()
    shutil.copy(Path(bespoke._library.library().path).resolve(), installed / bespoke._library.SONAME)
    used = run(
        "import bespoke\n"
        "with bespoke.Runner('memory:') as runner: print(bespoke.version(), runner.stats()['running'])\n"
        "print(bespoke._library.library().path)"
    )
    assert used.returncode == 0, used.stderr
    assert used.stdout.split("\n")[0] == "0.1.0 0"
    assert used.stdout.split("\n")[1] == str(installed / bespoke._library.SONAME)
