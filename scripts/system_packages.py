"""Finds the Debian packages that a real Qt window lacks on this machine, and installs or names them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

LIBRARY_PACKAGES = {
    "libEGL.so": "libegl1",
    "libGL.so": "libgl1",
    "libGLX.so": "libgl1",
    "libOpenGL.so": "libopengl0",
    "libX11-xcb.so": "libx11-xcb1",
    "libX11.so": "libx11-6",
    "libSM.so": "libsm6",
    "libICE.so": "libice6",
    "libdbus-1.so": "libdbus-1-3",
    "libfontconfig.so": "libfontconfig1",
    "libfreetype.so": "libfreetype6",
    "libglib-2.0.so": "libglib2.0-0",
    "libgthread-2.0.so": "libglib2.0-0",
    "libwayland-client.so": "libwayland-client0",
    "libwayland-cursor.so": "libwayland-cursor0",
    "libwayland-egl.so": "libwayland-egl1",
    "libxcb-cursor.so": "libxcb-cursor0",
    "libxcb-glx.so": "libxcb-glx0",
    "libxcb-icccm.so": "libxcb-icccm4",
    "libxcb-image.so": "libxcb-image0",
    "libxcb-keysyms.so": "libxcb-keysyms1",
    "libxcb-randr.so": "libxcb-randr0",
    "libxcb-render-util.so": "libxcb-render-util0",
    "libxcb-render.so": "libxcb-render0",
    "libxcb-shape.so": "libxcb-shape0",
    "libxcb-shm.so": "libxcb-shm0",
    "libxcb-sync.so": "libxcb-sync1",
    "libxcb-util.so": "libxcb-util1",
    "libxcb-xfixes.so": "libxcb-xfixes0",
    "libxcb-xinerama.so": "libxcb-xinerama0",
    "libxcb-xkb.so": "libxcb-xkb1",
    "libxcb.so": "libxcb1",
    "libxkbcommon-x11.so": "libxkbcommon-x11-0",
    "libxkbcommon.so": "libxkbcommon0",
}
# The suite's window tests draw on a virtual display and press real keys there.
TOOL_PACKAGES = {"Xvfb": "xvfb", "xdotool": "xdotool"}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
QT_PARTS = (
    "QtWidgets.abi3.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqwayland*.so",
    "Qt/plugins/xcbglintegrations/*.so",
)


def missing_libraries(venv: Path) -> set[str]:
    """Return the library names that the loader cannot find for PySide6 and its window plug-ins."""
    if shutil.which("ldd") is None:
        return set()
    parts = [
        str(part) for pattern in QT_PARTS for part in sorted(venv.glob(f"lib/python3*/site-packages/PySide6/{pattern}"))
    ]
    if not parts:
        return set()
    told = subprocess.run(["ldd", *parts], capture_output=True, text=True, check=False).stdout
    return {line.split()[0] for line in told.splitlines() if "not found" in line and "libQt6" not in line}


def has_fonts() -> bool:
    """Tell whether any scalable font is installed; without one Qt draws no text at all."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(next(folder.rglob("*.[to]tf"), None) is not None for folder in folders if folder.is_dir())


def packages_for(libraries: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the packages that hold these libraries, and the libraries for which none is known."""
    packages, unknown = set(), []
    for library in libraries:
        package = LIBRARY_PACKAGES.get(library.split(".so")[0] + ".so")
        if package is None:
            unknown.append(library)
        else:
            packages.add(package)
    return sorted(packages), sorted(unknown)


def install_packages(packages: list[str]) -> bool:
    """Install with apt-get as root; an old package list is tried when it cannot be renewed."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=quiet, check=False, stdout=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    return subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL).returncode == 0


def may_install() -> bool:
    """Tell whether this is a Debian-like system on which we are root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def look_after_system(venv: Path, say: Callable[[str], None]) -> None:
    """Install what a window needs where we may, else print the command; never stops the set-up."""
    if not sys.platform.startswith("linux"):
        return
    packages, unknown = packages_for(missing_libraries(venv))
    packages += [package for tool, package in TOOL_PACKAGES.items() if shutil.which(tool) is None]
    if not has_fonts():
        packages.append("fonts-dejavu-core")
    if unknown:
        say(f"Libraries missing for the window, from packages we do not know: {' '.join(unknown)}")
    if not packages:
        return
    tried = venv / ".maskwright-system-tried"
    wanted = " ".join(packages)
    failed_before = tried.exists() and tried.read_text(encoding="utf-8") == wanted
    if may_install() and not failed_before:
        say(f"Installing system packages for the window: {wanted}")
        if install_packages(packages):
            tried.unlink(missing_ok=True)
            return
        tried.write_text(wanted, encoding="utf-8")
    say("The window and its tests need system packages that are missing here; the command line works without them.")
    say(f"  {'' if os.geteuid() == 0 else 'sudo '}apt-get install {wanted}")
