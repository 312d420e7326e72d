"""Runs a program; {folder} among its arguments becomes a new folder, which is removed afterwards."""

import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    sys.exit(subprocess.run([argument.replace("{folder}", folder) for argument in sys.argv[1:]]).returncode)
