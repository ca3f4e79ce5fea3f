"""Makes the torch that pip installs on Linux run on the processor alone, without gigabytes of CUDA packages.

That torch links CUDA's libraries, and the loader refuses it where one is missing, though nothing here calls them.
So an empty library takes their place: it has each name and version that torch asks for, and no graphics processor.
Not a CUDA, not for another system; needs a C compiler and binutils. Runs inside the environment it mends.
"""

import importlib.util
import re
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

LIBRARIES = Path(importlib.util.find_spec("torch").origin).parent / "lib"
EMPTY = LIBRARIES / "libabsent-cuda.so"
OF_CUDA = re.compile(r"(cu|nccl|nv|__cuda)[A-Za-z0-9_]*")


def printed(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def symbols(library, which):
    """Names of dynamic symbols, each with its version or ''."""
    lines = printed("nm", "--dynamic", "--format=posix", which, library).splitlines()
    for name in (line.split()[0] for line in lines if line.strip()):
        yield re.split("@+", name + "@")[:2]


def survey(libraries):
    """Names of the libraries that are missing, and the symbols wanted of them, by version."""
    needed, wanted, defined = set(), defaultdict(set), set()
    for library in libraries:
        needed.update(re.findall(r"NEEDED +(\S+)", printed("objdump", "-p", library)))
        defined.update(name for name, _ in symbols(library, "--defined-only"))
        for name, version in symbols(library, "--undefined-only"):
            if OF_CUDA.fullmatch(name):
                wanted[version].add(name)
    here = {library.name for library in libraries}
    missing = {name for name in needed - here if OF_CUDA.match(name.removeprefix('lib'))}
    return missing, {version: names - defined for version, names in wanted.items()}


def answer(name):
    """No device, and otherwise a failure; what returns an address gets one that can be read."""
    if name == "cudaGetDeviceCount":
        return "100"
    return "(long)room" if name.startswith("__cuda") or "String" in name or "ErrorName" in name else "1"


def compile_empty(wanted):
    names = sorted(set().union(*wanted.values()))
    source = ["static long room[64];", *(f"long {name}(void) {{ return {answer(name)}; }}" for name in names)]
    versions = [f"{version} {{ global: {' '.join(f'{name};' for name in sorted(names))} }};"
                for version, names in sorted(wanted.items()) if version]
    with tempfile.TemporaryDirectory() as folder:
        code, script = Path(folder, "empty.c"), Path(folder, "versions.map")
        code.write_text("\n".join(source))
        script.write_text("\n".join(versions))
        subprocess.run(["cc", "-shared", "-fPIC", "-w", "-fno-builtin", f"-Wl,--version-script={script}", code,
                        "-o", EMPTY], check=True)


def main():
    missing, wanted = survey([file for file in LIBRARIES.glob("*.so*") if not file.is_symlink() and file != EMPTY])
    if not missing:
        return
    compile_empty(wanted)
    for name in missing:
        link = LIBRARIES / name
        link.unlink(missing_ok=True)
        link.symlink_to(EMPTY.name)


main()
