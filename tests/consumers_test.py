"""Strangers' projects against Bespoke: installed (find_package, pkg-config) and inside (add_subdirectory).

    consumers_test.py installed|inside SOURCE BUILD
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

which, source, build = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
consumers = source / "tests" / "consumers"


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return done.stdout.strip()


def installed(folder):
    prefix = folder / "prefix"
    run("cmake", "--install", build, "--prefix", prefix, "--strip")
    config = next(prefix.rglob("bespoke-config.cmake"))
    stranger = folder / "build"
    run("cmake", "-S", consumers / "find_package", "-B", stranger, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", stranger)
    assert run(stranger / "in_cpp") == 'succeeded {"a":1}'
    assert run(stranger / "in_c") == "0.1.0"

    # A project in C alone, which needs the component capi and none of the C++ library's dependencies.
    only_c = folder / "only_c"
    only_c.mkdir()
    (only_c / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(stranger LANGUAGES C)\nfind_package(bespoke REQUIRED COMPONENTS capi)\n"
        "if(TARGET bespoke::bespoke)\n  message(FATAL_ERROR \"the C++ library came along\")\nendif()\n"
        f"add_executable(in_c {consumers / 'find_package' / 'main.c'})\ntarget_link_libraries(in_c PRIVATE bespoke::capi)\n"
    )
    run("cmake", "-S", only_c, "-B", only_c / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", only_c / "build")
    assert run(only_c / "build" / "in_c") == "0.1.0"

    # A version that doesn't fit is refused.
    (only_c / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(stranger LANGUAGES C)\nfind_package(bespoke 0.2)\n"
        "if(bespoke_FOUND)\n  message(FATAL_ERROR \"0.1 passed for 0.2\")\nendif()\n"
    )
    run("cmake", "-S", only_c, "-B", only_c / "refused", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")

    # pkg-config; its files name the prefix of the configuration, so the other one is given in its place.
    environment = {**os.environ, "PKG_CONFIG_PATH": str(config.parents[2] / "pkgconfig")}
    where = [f"--define-variable=libdir={config.parents[2]}", f"--define-variable=includedir={prefix / 'include'}"]
    flags = run("pkg-config", *where, "--cflags", "--libs", "bespoke_c", env=environment).split()
    run("gcc", consumers / "find_package" / "main.c", "-o", folder / "in_c", *flags)
    here = {**os.environ, "LD_LIBRARY_PATH": str(config.parents[2])}
    assert run(folder / "in_c", env=here) == "0.1.0"
    if list(config.parents[2].glob("libbespoke.a")):
        flags = run("pkg-config", *where, "--cflags", "--libs", "bespoke", env=environment).split()
        run("g++", "-std=c++20", consumers / "find_package" / "main.cpp", "-o", folder / "in_cpp", *flags)
        assert run(folder / "in_cpp", env=here) == 'succeeded {"a":1}'

    # The Python package finds what the system finds, and PDFs come from the installed module.
    environment = {**here, "PYTHONPATH": str(source / "capi" / "python")}
    environment.pop("BESPOKE_LIBRARY", None)
    assert run(sys.executable, "-c", "import bespoke; print(bespoke.version())", env=environment) == "0.1.0"
    if list(prefix.rglob("bespoke_pdf.so")):
        code = (
            "import bespoke, json, pathlib\n"
            f"data = pathlib.Path({str(source / 'examples' / 'data')!r})\n"
            "load = lambda name: json.loads((data / name).read_text())\n"
            "with bespoke.Runner('memory:') as runner:\n"
            "    job = runner.submit('apply', {'profile': load('profiles/ada.json'), 'posting': load('postings/northwind.json')})\n"
            "    assert runner.wait(job.id).state == 'succeeded'\n"
            "    print(bespoke.pdf(runner.result(job.id), 'cv')[:5].decode())\n"
        )
        assert run(sys.executable, "-c", code, env=environment) == "%PDF-"


def inside(folder):
    run("cmake", "-S", consumers / "add_subdirectory", "-B", folder / "build", "-G", "Ninja", f"-DBESPOKE_SOURCE={source}")
    run("cmake", "--build", folder / "build", "--target", "objects")


with tempfile.TemporaryDirectory() as name:
    {"installed": installed, "inside": inside}[which](Path(name))
