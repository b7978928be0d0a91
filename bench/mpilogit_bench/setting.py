"""Where things are, how MPI programs are started, and what machine this is."""

import argparse
import datetime
import importlib
import json
import os
import pathlib
import platform
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_BUILD = SOURCE / "build" / "release"
CORES = 2  # what every program is given in comparisons

# As for the tests (tests/cmake/Tests.cmake): containers, root, and more ranks than cores.
MPI_ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}


def say(*words):
    """Progress, apart from results: on standard error."""
    print("bench:", *words, file=sys.stderr, flush=True)


def parser(description):
    """The options that all scripts share."""
    result = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    result.add_argument("--build", type=pathlib.Path, default=DEFAULT_BUILD,
                        help="build folder, configured with MPILOGIT_BUILD_BENCH")
    result.add_argument("--data", type=pathlib.Path, action="append", default=[], metavar="DIR",
                        help="folder with data sets, beside the repository's own; may be repeated")
    return result


def build(folder):
    """Brings the program and the measuring programs up to date."""
    subprocess.run(["cmake", "-S", SOURCE, "-B", folder, "-G", "Ninja", "-DMPILOGIT_BUILD_BENCH=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", "mpilogit", "bench"],
                   check=True, stdout=sys.stderr)


def results_folder(build_folder):
    folder = build_folder / "bench" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_result(build_folder, name, result):
    """Keeps a result, with the machine it comes from, for the report."""
    path = results_folder(build_folder) / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(build_folder), **result}, indent=1) + "\n")
    say(f"results in {path}")


def read_result(build_folder, name):
    path = results_folder(build_folder) / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def mpi_run(ranks, command, codes=(0,), **options):
    """Standard output of an MPI program, which must end with one of the exit codes."""
    environment = {**MPI_ENVIRONMENT, **os.environ}
    done = subprocess.run(["mpirun", "-n", str(ranks), *map(str, command)], env=environment,
                          capture_output=True, text=True, check=False, **options)
    if done.returncode not in codes:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def compiler(build_folder):
    """Name and version of the C++ compiler of a build, as "GNU 12.2.0"."""
    files = sorted(build_folder.glob("CMakeFiles/*/CMakeCXXCompiler.cmake"))
    text = files[-1].read_text() if files else ""
    found = [re.search(rf'set\(CMAKE_CXX_COMPILER_{key} "([^"]*)"', text) for key in ("ID", "VERSION")]
    return " ".join(match.group(1) for match in found if match)


def build_type(build_folder):
    cache = (build_folder / "CMakeCache.txt").read_text()
    return re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", cache, re.MULTILINE).group(1)


def version_of(module):
    """The version of an importable Python module, else None."""
    try:
        return str(getattr(importlib.import_module(module), "__version__", "there"))
    except ImportError:
        return None


def machine(build_folder):
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(terse=True),
        "compiler": f"{compiler(build_folder)}, {build_type(build_folder)}",
        "python": platform.python_version(),
        "packages": {name: version_of(name) for name in ("numpy", "scipy", "sklearn")},
    }
