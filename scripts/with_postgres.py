"""Runs a command beside a private, throw-away PostgreSQL: scripts/with_postgres.py -- make test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

VARIABLE = "MASKWRIGHT_TEST_POSTGRES"
FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")


def find_server() -> Path | None:
    """Return the newest folder that holds initdb and pg_ctl, or None."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = [folder for pattern in FOLDERS for folder in Path("/").glob(pattern[1:]) if (folder / "initdb").exists()]
    return (
        max(found, key=lambda folder: [int(digits) for digits in folder.parent.name.split(".") if digits.isdigit()])
        if found
        else None
    )


INITDB = ("-U", "maskwright", "-A", "trust", "-E", "UTF8", "--locale=C", "--lc-ctype=C.UTF-8")


def server_folder() -> Path:
    """Return the server's programs, installed first where we are root on Debian."""
    folder = find_server()
    if folder is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=quiet, check=False, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "-q", "postgresql"], env=quiet, check=False)
        folder = find_server()
    if folder is None:
        raise SystemExit("No PostgreSQL server found. On Debian and Ubuntu: sudo apt-get install postgresql")
    return folder


def unprivileged() -> pwd.struct_passwd | None:
    """Return the account the server runs as: PostgreSQL refuses root. None means our own."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def run_as(account: pwd.struct_passwd | None, command: list[str], folder: Path) -> None:
    """Run one server program quietly; its output is shown when it fails."""
    if account is None:
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    else:
        done = subprocess.run(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
        )
    if done.returncode:
        log = folder / "log"
        told = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        raise SystemExit(f"{command[0]} failed:\n{done.stdout.decode(errors='replace')}{told}")


def free_port() -> int:
    """Return a loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def private_server() -> Iterator[str]:
    """Start a server in a temporary folder, yield its URL, and stop it and remove the folder at the end."""
    programs, account, port = server_folder(), unprivileged(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="maskwright-pg-"))
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    # What the suite stores is thrown away, so nothing has to reach the disk.
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=60"
    try:
        run_as(
            account,
            # C.UTF-8 knows upper and lower case beyond ASCII, as the databases of real teams do.
            [str(programs / "initdb"), "-D", str(data), *INITDB],
            folder,
        )
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
        # A server that inherits our pipe would keep it open, hence its own log file.
        run_as(account, [*control, "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            yield f"postgresql+psycopg://maskwright@127.0.0.1:{port}/postgres"
        finally:
            run_as(account, [*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the command after -- with the server's URL in the environment; return its exit status."""
    command = sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]
    if not command:
        raise SystemExit("Usage: scripts/with_postgres.py -- COMMAND [ARGUMENT...]")

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    if os.environ.get(VARIABLE):
        return subprocess.run(command, check=False).returncode
    with private_server() as url:
        return subprocess.run(command, check=False, env={**os.environ, VARIABLE: url}).returncode


if __name__ == "__main__":
    raise SystemExit(main())
