from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from models import state_dict, weights
from models.errors import WeightsMismatch, WeightsMissing
from tests.serving import serving

CONTENT = bytes(range(256)) * 4000


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT with or without ranges, and breaks off when told to."""

    def do_GET(self):
        server = self.server
        server.ranges.append(self.headers.get("Range"))
        start = 0
        if self.headers.get("Range") and server.allow_ranges:
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        body = CONTENT[start:]
        if server.break_after:
            body, server.break_after = body[: server.break_after], 0
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Stay quiet."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.ranges, running.allow_ranges, running.break_after = [], True, 0
        running.url = f"http://127.0.0.1:{running.server_port}/net.safetensors"
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def expected(tmp_path):
    path = tmp_path / "whole"
    path.write_bytes(CONTENT)
    return weights.checksum(path)


def test_download_reports_and_checks(server, expected, tmp_path):
    target = tmp_path / "näme" / "net.safetensors"
    seen = []
    assert weights.download(server.url, target, expected=expected, progress=lambda *now: seen.append(now))
    assert target.read_bytes() == CONTENT
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in target.parent.iterdir()] == ["net.safetensors"]


@pytest.mark.parametrize("allow_ranges", [True, False])
def test_broken_download_goes_on(server, expected, tmp_path, allow_ranges):
    target = tmp_path / "net"
    server.break_after, server.allow_ranges = 300_000, allow_ranges
    with pytest.raises(WeightsMissing, match="Try again"):
        weights.download(server.url, target, expected=expected)
    part = target.with_name("net.part")
    assert 0 < part.stat().st_size <= 300_000
    assert weights.download(server.url, target, expected=expected)
    assert target.read_bytes() == CONTENT
    assert server.ranges[1] is not None
    assert not part.exists()


def test_stopped_download_keeps_its_part(server, expected, tmp_path):
    target = tmp_path / "net"
    done = []
    stopped = weights.download(
        server.url, target, expected=expected, progress=lambda *now: done.append(now), should_stop=lambda: len(done) > 1
    )
    assert stopped is False
    assert not target.exists()
    assert 0 < target.with_name("net.part").stat().st_size < len(CONTENT)


def test_a_server_that_stands_still_is_left_soon(tmp_path, expected):
    with serving(CONTENT) as server:
        server.hold_after = 100_000
        seen = []
        url, target = f"{server.address}/net", tmp_path / "net"
        with pytest.raises(WeightsMissing, match=r"nothing came for 0\.3 s.*goes on where it stopped"):
            weights.download(url, target, expected=expected, timeout=0.3)
        # Stopped while nothing comes, long before the time is over.
        waiting = []

        def stop_waiting():
            waiting.extend(seen[-1:] if seen[-1:] == [200_000] else [])
            return len(waiting) > 1

        assert not weights.download(
            url, target, expected=expected, progress=lambda done, _: seen.append(done), should_stop=stop_waiting
        )
        server.hold_after = None
        assert weights.download(url, target, expected=expected)
    assert server.ranges == [None, "bytes=100000-", "bytes=200000-"]
    assert target.read_bytes() == CONTENT


def test_no_room_is_said_before_the_first_byte(server, expected, tmp_path, monkeypatch):
    usage = weights.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(weights.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(WeightsMissing, match=r"is full .*1 MB are needed, 0 MB are free"):
        weights.download(server.url, tmp_path / "net", expected=expected)
    assert list(tmp_path.glob("net*")) == []


def test_whole_part_needs_no_more_bytes(server, expected, tmp_path):
    (tmp_path / "net.part").write_bytes(CONTENT)
    assert weights.download(server.url, tmp_path / "net", expected=expected)


def test_other_content_is_refused_and_removed(server, tmp_path):
    with pytest.raises(WeightsMismatch, match="checksum"):
        weights.download(server.url, tmp_path / "net", expected="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_only_http(tmp_path):
    with pytest.raises(ValueError, match="http"):
        weights.download("file:///etc/hostname", tmp_path / "net", expected="")


def test_locate_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path / "cache")
    for folder in ("named", "cache"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cache" / "net").touch()
    assert weights.locate("net", environment={}) == tmp_path / "cache" / "net"
    (tmp_path / "named" / "net").touch()
    environment = {weights.ENVIRONMENT: str(tmp_path / "named")}
    assert weights.locate("net", environment=environment) == tmp_path / "named" / "net"
    own = tmp_path / "own"
    own.touch()
    assert weights.locate("net", explicit=own, environment=environment) == own
    with pytest.raises(WeightsMissing, match="nothing-here"):
        weights.locate("nothing-here", environment=environment)
    with pytest.raises(WeightsMissing, match="does not exist"):
        weights.locate("net", explicit=tmp_path / "gone")


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_state_round_trip_and_mismatch(tmp_path, suffix):
    torch = pytest.importorskip("torch")
    safetensors = pytest.importorskip("safetensors.torch")
    network = torch.nn.Linear(3, 2)
    path = tmp_path / f"net{suffix}"
    if suffix == ".pt":
        torch.save({"state_dict": network.state_dict()}, path)
    else:
        safetensors.save_file(network.state_dict(), path)
    state = state_dict.read_state(path)
    fresh = torch.nn.Linear(3, 2)
    state_dict.apply_state(fresh, state, source=path)
    assert torch.equal(fresh.weight, network.weight)
    with pytest.raises(WeightsMismatch, match="another shape for weight"):
        state_dict.apply_state(torch.nn.Linear(4, 2), state, source=path)
    with pytest.raises(WeightsMismatch, match=r"lacks 0\.bias"):
        state_dict.apply_state(torch.nn.Sequential(fresh), state, source=path)
    path.write_bytes(b"rubbish")
    with pytest.raises(WeightsMismatch, match="damaged"):
        state_dict.read_state(path)
    with pytest.raises(WeightsMissing):
        state_dict.read_state(tmp_path / "gone.pt")


class Trap:
    """Would run code when unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('code ran')",))


def test_torch_file_with_code_is_refused(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"weight": Trap()}, tmp_path / "net.pt")
    with pytest.raises(WeightsMismatch, match="more than tensors"):
        state_dict.read_state(tmp_path / "net.pt")
