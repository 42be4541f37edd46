"""What every test shares: no real display, no real home folder, no thread left behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).resolve().parent.parent
JOIN_SECONDS = 5.0
HOME_VARIABLES = (
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
)


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings, caches and logs of the whole run go to a temporary home, never to the developer's own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for variable in HOME_VARIABLES:
            folder = home / variable.lower()
            folder.mkdir()
            patch.setenv(variable, str(folder))
        yield home


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """A test that leaves a non-daemon thread running fails, with the thread's name."""
    before = set(threading.enumerate())
    yield
    started = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in started:
        thread.join(JOIN_SECONDS)
    left = sorted(thread.name for thread in started if thread.is_alive())
    if left:
        pytest.fail(f"threads left running: {', '.join(left)}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The team's labelled images, for tuning only; absent on most machines."""
    named = os.environ.get("MASKWRIGHT_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no labelled images here: set MASKWRIGHT_SHARED_DATA")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The URL of a running PostgreSQL, see scripts/with_postgres.py; mark the test with `postgres`."""
    url = os.environ.get("MASKWRIGHT_TEST_POSTGRES")
    if not url:
        pytest.skip("no PostgreSQL here: run scripts/with_postgres.py -- make test")
    return url
