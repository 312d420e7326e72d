"""What the tests of the Python package share. The package and the library come from PYTHONPATH and BESPOKE_LIBRARY."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bespoke

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0  # seconds: what takes longer hangs


@pytest.fixture
def profile():
    return json.loads((ROOT / "examples/data/profiles/ada.json").read_text())


@pytest.fixture
def posting():
    return json.loads((ROOT / "examples/data/postings/northwind.json").read_text())


@pytest.fixture
def store(tmp_path):
    """A store that other processes can open, too."""
    return f"sqlite:{tmp_path}/jobs.db?durability=process"


@pytest.fixture
def program(tmp_path):
    """Starts a Python program of the test's own; it is killed at the end of the test, if it is still there."""
    started = []

    def start(code, *arguments, **options):
        file = tmp_path / f"program{len(started)}.py"
        file.write_text(code)
        child = subprocess.Popen(
            [sys.executable, "-u", str(file), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            **options,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        child.communicate()


@pytest.fixture
def run(program):
    """Runs a Python program to its end; returns what it has printed."""

    def start(code, *arguments):
        child = program(code, *arguments)
        out, err = child.communicate(timeout=PATIENCE)
        assert child.returncode == 0, f"exit code {child.returncode}\n{out}\n{err}"
        return out

    return start


def eventually(condition):
    """Waits until a condition that another process or thread brings about holds; returns its value."""
    deadline = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def one_phase(function, **options):
    """A pipeline of one phase."""
    pipeline = bespoke.Pipeline("one")
    pipeline.phase("only", percent=10, **options)(function)
    return pipeline
