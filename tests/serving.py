"""A web server on this machine that has one file, serves ranges, and holds its breath when told to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.sam import spec as sam_spec


class Served(ThreadingHTTPServer):
    """``content`` is what it has; after ``hold_after`` bytes it waits for ``go_on``."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.hold_after: int | None = None
        self.go_on = threading.Event()
        self.ranges: list[str | None] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Served

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        body = self.server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        hold = self.server.hold_after
        try:
            self.wfile.write(body if hold is None else body[:hold])
            if hold is not None:
                self.server.go_on.wait(30)
                self.wfile.write(body[hold:])
        except OSError:
            return  # whoever fetched has gone

    def log_message(self, *arguments: object) -> None:
        """Stay quiet."""


@contextmanager
def serving(content: bytes) -> Iterator[Served]:
    with Served(content) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield running
        finally:
            running.go_on.set()
            running.shutdown()
            thread.join()


@contextmanager
def published(content: bytes, monkeypatch: pytest.MonkeyPatch, *, accept: str = "") -> Iterator[Served]:
    """Let the weights of sam-vit-b be ``content``, published at a server of our own."""
    checksum = "sha256:" + hashlib.sha256(content).hexdigest()
    with serving(content) as running:
        own = sam_spec.VIT_B.weights
        assert own is not None
        url = f"{running.address}/{own.file}"
        weights = replace(own, bytes=len(content), checksum=checksum, url=url, accept=accept)
        monkeypatch.setattr("models.sam.spec.VIT_B", replace(sam_spec.VIT_B, weights=weights))
        yield running


def empty_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let downloads be kept in ``folder``; return where."""
    monkeypatch.setattr("models.weights.cache_folder", lambda: folder)
    monkeypatch.delenv("MASKWRIGHT_WEIGHTS", raising=False)
    monkeypatch.delenv("MASKWRIGHT_MIRROR", raising=False)
    return folder
