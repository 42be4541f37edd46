"""Makes .venv-parity, our environment with the packages of SAM's authors on top, and runs tests/parity in it.

With ``bench`` as its first argument it runs the measurements of tests/bench/parity instead.

The authors' code imports torchvision, which is built for CUDA only; tests/parity/operators.py says how it comes to be
imported without. What is in .venv already is not installed twice.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / ".venv"
VENV = ROOT / ".venv-parity"
STAMP = VENV / ".maskwright-installed"
# Without their dependencies, which would be a torch built for CUDA; these are the ones their code imports.
PACKAGES = (
    "torchvision",
    "segment-anything",
    "segment-anything-hq",
    "timm",
    "sam2",
    "hydra-core",
    "omegaconf",
    "antlr4-python3-runtime",
    "iopath",
    "portalocker",
)


def say(line: str) -> None:
    """Write one line to the terminal at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def python(venv: Path) -> Path:
    """Return the interpreter of an environment."""
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def packages(venv: Path) -> Path:
    """Return the folder of an environment's packages."""
    scheme = "nt" if sys.platform == "win32" else "posix_prefix"
    return Path(sysconfig.get_path("purelib", scheme, vars={"base": str(venv), "platbase": str(venv)}))


def fingerprint() -> str:
    """Return a hash of all that decides what the environment holds."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update((ROOT / "constraints.txt").read_bytes() + " ".join(PACKAGES).encode())
    return digest.hexdigest()


def build() -> None:
    """Make the environment, or leave with the words that help."""
    say("Making the environment .venv-parity (under a minute; 80 MB) ...")
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], check=True)
    # Read when its Python starts: everything in .venv, links to our sources included, is seen here too.
    (packages(VENV) / "base.pth").write_text(f"import site; site.addsitedir({str(packages(BASE))!r})\n")
    pip = [str(python(BASE)), "-m", "pip", "--python", str(python(VENV)), "install", "--quiet"]
    # A build in isolation would fetch another torch; sam2's own operators are for CUDA and not needed.
    flags = ["--constraint", str(ROOT / "constraints.txt"), "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*pip, *flags, *PACKAGES], check=False, env={**os.environ, "SAM2_BUILD_CUDA": "0"})
    if done.returncode:
        raise SystemExit("pip could not install the authors' packages; its words above say why.")


def main() -> None:
    """Bring the environment to the wanted state and run tests or measurements; the other arguments go to them."""
    wanted = fingerprint()
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted:
        build()
        STAMP.write_text(wanted, encoding="utf-8")
    # Warnings of the authors' code are not ours to mend.
    command = [str(python(VENV)), "-W", "ignore", "-m"]
    if sys.argv[1:2] == ["bench"]:
        command += ["tests.bench.parity.bench_sam", *sys.argv[2:]]
    else:
        command += ["pytest", "-q", "-n", "auto", "--dist", "loadfile", "-W", "ignore", "tests/parity", *sys.argv[1:]]
    raise SystemExit(subprocess.run(command, check=False, cwd=ROOT).returncode)


if __name__ == "__main__":
    main()
