from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from engine.errors import BackendFailed, BadImage, InferenceCancelled, InferenceCrashed, InferenceTimeout
from engine.imaging.decode import read_image
from engine.inference import events as told
from engine.inference.draft import Answer, Draft, ImageRef
from engine.inference.host import InferenceHost
from engine.inference.messages import InferenceBug
from engine.inference.prompter import Prompter
from engine.inference.settings import CacheSettings, TimeLimits
from engine.records import PromptRecord
from engine.stages.automatic import find_masks
from engine.stages.params import AutoParams
from models import registry
from models.api import KeepRule, MaskBackend
from models.fake import faulty

WAIT = 60.0
MakeDraft = Callable[..., Draft]
MakePicture = Callable[..., ImageRef]
MakeHost = Callable[..., InferenceHost]
Events = Any


def child() -> psutil.Process:
    (process,) = psutil.Process().children()
    return process


def kill_child() -> None:
    child().kill()


def outcome(future: Future[Answer]) -> str:
    error = future.exception(WAIT)
    return "answered" if error is None else type(error).__name__


@pytest.mark.parametrize("backend", ["fake", "classic"])
def test_answers_are_those_of_the_backend_itself(
    backend: str, make_host: MakeHost, picture: MakePicture, draft: MakeDraft
) -> None:
    image = picture()
    own = registry.load(backend)
    assert isinstance(own, MaskBackend)
    embedding = own.encode(read_image(image.file).pixels)
    asked = [draft(image, generation=4), draft(image, (30, 20), (10, 12), generation=5)]
    host = make_host(backend)
    for each in asked:
        answer = host.ask(each).result(WAIT)
        expected = Prompter(own).answer(embedding, each)
        assert answer.generation == each.generation
        assert answer.backend == own.info
        assert [(c.mask, c.bbox, c.area, c.score, c.stability, c.level) for c in answer.candidates] == [
            (c.mask, c.bbox, c.area, c.score, c.stability, c.level) for c in expected
        ]
        for found, wanted in zip(answer.candidates, expected, strict=True):
            assert found.logits is not None
            assert wanted.logits is not None
            assert found.logits.dtype == np.float16
            np.testing.assert_array_equal(found.logits, wanted.logits)
    assert answer.encoded_ms == 0.0


def test_hover_answers_as_a_first_click_would(make_host: MakeHost, picture: MakePicture, draft: MakeDraft) -> None:
    host, image = make_host(), picture()
    hovered = host.hover(image, 30, 20).result(WAIT)
    clicked = host.ask(draft(image, (30, 20))).result(WAIT)
    assert [c.mask for c in hovered.candidates] == [c.mask for c in clicked.candidates]


def test_grid_answers_as_the_backend_does(make_host: MakeHost, picture: MakePicture) -> None:
    image, points, keep = picture(), np.array([[10, 10], [40, 20]], dtype=np.float32), KeepRule()
    own = registry.load("fake")
    assert isinstance(own, MaskBackend)
    found = make_host().grid(image, points, keep).result(WAIT)
    expected = own.predict_grid(own.encode(read_image(image.file).pixels), points, keep)
    assert [c.mask for c in found] == [c.mask for c in expected]
    assert len(found) == 2


def test_everything_in_an_image_is_found_as_the_stage_does(make_host: MakeHost, picture: MakePicture) -> None:
    image, params = picture(), AutoParams(points_per_side=(3, 2))
    own = registry.load("fake")
    assert isinstance(own, MaskBackend)
    expected = find_masks(own, read_image(image.file).pixels, params)
    host = make_host()
    found = host.find(image, params).result(WAIT)
    assert found.masks == expected and len(expected) > 9
    assert found.spent.read > 0
    assert host.find(image, params, [expected[0].mask]).result(WAIT).counts.new == len(expected) - 1


def test_a_search_of_a_changed_file_is_refused(make_host: MakeHost, picture: MakePicture) -> None:
    image = picture()
    image.file.write_bytes(picture("other.png", first=(9, 9, 9)).file.read_bytes())
    with pytest.raises(BadImage, match="not the one that was added"):
        make_host().find(image, AutoParams(points_per_side=(3,))).result(WAIT)


def test_each_window_of_a_search_has_its_own_time(make_host: MakeHost, picture: MakePicture) -> None:
    """The first window hangs longer than its limit allows; limits for what is never reached do not matter."""
    host = make_host("fake-faulty", limits=TimeLimits(encode=0.5, grid=0.001, predict=60))
    with pytest.raises(InferenceTimeout, match=r"0\.5 s while encoding") as late:
        host.find(picture("hang.png", first=(faulty.HANG, 250, 0)), AutoParams(points_per_side=(3,))).result(WAIT)
    assert late.value.reason and "clicks" not in late.value.reason


def test_the_process_takes_as_many_threads_as_it_is_given(settings: CacheSettings, events: Events) -> None:
    with InferenceHost(backend="fake", cache=settings, threads=3, on_event=events.put):
        events.wait_for(told.Ready)
        assert child().cmdline()[-1] == "3"


def test_the_newest_waiting_ask_wins(make_host: MakeHost, picture: MakePicture, draft: MakeDraft) -> None:
    host, image = make_host(start=False), picture()
    futures = [host.ask(draft(image, generation=number)) for number in (1, 2, 3)]
    host.start()
    assert [outcome(future) for future in futures] == ["InferenceCancelled", "InferenceCancelled", "answered"]
    assert futures[2].result().generation == 3


def test_a_hover_gives_way(make_host: MakeHost, picture: MakePicture, draft: MakeDraft) -> None:
    host, image = make_host(start=False), picture()
    first, second = host.hover(image, 1, 1), host.hover(image, 2, 2)
    asked = host.ask(draft(image))
    third = host.hover(image, 3, 3)
    host.start()
    assert {outcome(future) for future in (first, second, third)} == {"InferenceCancelled"}
    assert outcome(asked) == "answered"


def test_a_burst_of_asks_ends_with_the_last_one_answered(
    make_host: MakeHost, picture: MakePicture, draft: MakeDraft
) -> None:
    host, image = make_host(), picture()
    futures = [host.ask(draft(image, (number % 60, 20), generation=number)) for number in range(200)]
    assert futures[-1].result(WAIT).generation == 199
    for number, future in enumerate(futures):
        assert outcome(future) in ("answered", "InferenceCancelled")
        if future.exception() is None:
            assert future.result().generation == number


def test_asks_from_many_threads_are_all_resolved(make_host: MakeHost, picture: MakePicture, draft: MakeDraft) -> None:
    host, image = make_host(), picture()
    futures: list[Future[Answer]] = []

    def ask() -> None:
        futures.extend(host.ask(draft(image)) for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wait(futures, WAIT).not_done
    assert "answered" in {outcome(future) for future in futures}


def test_an_answer_may_lead_to_the_next_ask_from_its_callback(
    make_host: MakeHost, picture: MakePicture, draft: MakeDraft
) -> None:
    host, image = make_host(), picture()
    chained: Future[Future[Answer]] = Future()
    host.ask(draft(image)).add_done_callback(lambda _: chained.set_result(host.ask(draft(image, generation=2))))
    assert chained.result(WAIT).result(WAIT).generation == 2


def test_killed_while_answering(
    make_host: MakeHost, hanging: ImageRef, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    host, image = make_host("fake-faulty"), picture()
    lost = host.ask(draft(hanging))
    events.wait_for(told.Encoding)
    waiting = host.ask(draft(image, generation=2))
    kill_child()
    with pytest.raises(InferenceCrashed, match=r"hang\.png.*(killed|exit code).*clicks are kept"):
        lost.result(WAIT)
    assert waiting.result(WAIT).generation == 2
    crashed = events.wait_for(told.Crashed)
    assert crashed.restarts == 1
    assert host.ask(draft(image, generation=3)).result(WAIT).generation == 3


def test_killed_while_idle(make_host: MakeHost, picture: MakePicture, draft: MakeDraft, events: Events) -> None:
    host, image = make_host(), picture()
    host.ask(draft(image)).result(WAIT)
    assert host.ready(image.content_hash)
    kill_child()
    assert "nothing to do" in events.wait_for(told.Crashed).reason
    assert not host.ready(image.content_hash)
    assert host.ask(draft(image, generation=2)).result(WAIT).generation == 2


def test_crashing_again_and_again_stays_down_until_restarted(
    make_host: MakeHost, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    host, bad, good = make_host("fake-faulty"), picture("bad.png", first=(faulty.CRASH, 7, 0)), picture()
    for _ in range(4):
        with pytest.raises(InferenceCrashed, match="exit code 7"):
            host.ask(draft(bad)).result(WAIT)
    assert "Restart inference" in events.wait_for(told.Down).reason
    with pytest.raises(InferenceCrashed, match="stays off"):
        host.ask(draft(good)).result(WAIT)
    assert psutil.Process().children() == []
    host.restart()
    assert outcome(host.ask(draft(good))) == "answered"


def test_over_the_time_limit(make_host: MakeHost, hanging: ImageRef, picture: MakePicture, draft: MakeDraft) -> None:
    host = make_host("fake-faulty", limits=TimeLimits(encode=0.3))
    with pytest.raises(InferenceTimeout, match=r"fake-faulty.*longer than 0\.3 s while encoding hang\.png"):
        host.ask(draft(hanging)).result(WAIT)
    assert outcome(host.ask(draft(picture()))) == "answered"


def test_loading_over_the_time_limit(
    make_host: MakeHost, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    host = make_host(limits=TimeLimits(load=0.0))
    with pytest.raises(InferenceTimeout, match="while loading"):
        host.ask(draft(picture())).result(WAIT)
    events.wait_for(told.Down)


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        (faulty.OUT_OF_MEMORY, BackendFailed, "no memory left"),
        (faulty.BUG, InferenceBug, r"Traceback[\s\S]*RuntimeError: a bug, asked for by the test image"),
    ],
)
def test_failures_are_told_and_the_process_goes_on(
    what: int, kind: type[Exception], words: str, make_host: MakeHost, picture: MakePicture, draft: MakeDraft
) -> None:
    host, good = make_host("fake-faulty"), picture()
    host.ask(draft(good)).result(WAIT)
    before = child().pid
    with pytest.raises(kind, match=words):
        host.ask(draft(picture("bad.png", first=(what, 0, 0)))).result(WAIT)
    assert outcome(host.ask(draft(good))) == "answered"
    assert child().pid == before


def test_bad_and_changed_images_are_told(make_host: MakeHost, picture: MakePicture, draft: MakeDraft) -> None:
    host, broken, changed = make_host(), picture("broken.png"), picture("changed.png")
    broken.file.write_bytes(b"no image")
    changed.file.write_bytes(picture("other.png", first=(9, 9, 9)).file.read_bytes())
    with pytest.raises(BadImage, match=r"broken\.png"):
        host.ask(draft(broken)).result(WAIT)
    with pytest.raises(BadImage, match=r"changed\.png: the file is not the one"):
        host.ask(draft(changed)).result(WAIT)


def test_unsupported_prompts_are_told_in_words(make_host: MakeHost, picture: MakePicture) -> None:
    only_exclude = Draft(picture(), (PromptRecord("point", 5, 5, positive=False),))
    with pytest.raises(BackendFailed, match="only exclude clicks"):
        make_host().ask(only_exclude).result(WAIT)


def test_unknown_backend_then_another(
    make_host: MakeHost, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    host = make_host("nowhere")
    with pytest.raises(BackendFailed, match="no backend called 'nowhere'"):
        host.ask(draft(picture())).result(WAIT)
    assert "nowhere" in events.wait_for(told.Down).reason
    assert host.info is None
    host.switch("fake")
    assert events.wait_for(told.Ready).info.name == "fake"
    assert host.ask(draft(picture())).result(WAIT).backend.name == "fake"


def test_a_backend_of_another_task_is_refused(make_host: MakeHost, picture: MakePicture, draft: MakeDraft) -> None:
    with pytest.raises(BackendFailed, match="makes no masks"):
        make_host("fake-pose").ask(draft(picture())).result(WAIT)


def test_switching_keeps_what_waits(
    make_host: MakeHost, hanging: ImageRef, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    host = make_host("fake-faulty")
    busy = host.ask(draft(hanging))
    events.wait_for(told.Encoding)
    waiting = host.ask(draft(picture(), generation=2))
    host.switch("classic")
    with pytest.raises(InferenceCancelled, match="changed"):
        busy.result(WAIT)
    assert waiting.result(WAIT).backend.name == "classic"
    assert host.info is not None
    assert host.info.name == "classic"


def test_cancel_all(
    make_host: MakeHost, hanging: ImageRef, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    host = make_host("fake-faulty")
    busy = host.ask(draft(hanging))
    events.wait_for(told.Encoding)
    waiting = host.ask(draft(picture()))
    host.cancel_all()
    host.cancel_all()
    assert [outcome(busy), outcome(waiting)] == ["InferenceCancelled", "InferenceCancelled"]


def test_a_future_its_owner_cancelled_is_skipped(
    make_host: MakeHost, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    host, unwanted, wanted = make_host(start=False), picture("unwanted.png"), picture("wanted.png")
    gone = host.ask(draft(unwanted))
    assert gone.cancel()
    host.encode_ahead([wanted])
    host.start()
    assert events.wait_for(told.Encoded).image_id == wanted.image_id
    assert wait([gone], WAIT).done == {gone}


def test_encoding_ahead(make_host: MakeHost, picture: MakePicture, events: Events) -> None:
    host = make_host()
    first, second = picture("a.png"), picture("bb.png")
    host.encode_ahead([first, second])
    encoded = [events.wait_for(told.Encoded) for _ in range(2)]
    assert [(e.image_id, e.content_hash) for e in encoded] == [
        (first.image_id, first.content_hash),
        (second.image_id, second.content_hash),
    ]
    assert host.ready(first.content_hash)
    assert host.ready(second.content_hash)


def test_an_image_that_crashed_ahead_is_not_tried_again(
    make_host: MakeHost, picture: MakePicture, events: Events
) -> None:
    host, bad = make_host("fake-faulty"), picture("bad.png", first=(faulty.CRASH, 1, 0))
    good, better = picture("good.png"), picture("better.png")
    host.encode_ahead([bad, good])
    assert events.wait_for(told.Failed).image_id == bad.image_id
    assert events.wait_for(told.Encoded).image_id == good.image_id
    host.encode_ahead([bad, better])
    assert events.wait_for(told.Encoded).image_id == better.image_id
    assert sum(isinstance(event, told.Crashed) for event in events.seen) == 1


def test_what_leaves_the_memory_is_told(
    make_host: MakeHost, picture: MakePicture, events: Events, draft: MakeDraft
) -> None:
    host = make_host()
    images = [picture(f"{number}.png", first=(number, 0, 0)) for number in range(3)]
    for image in images:
        host.ask(draft(image)).result(WAIT)
    host.switch("classic")
    assert events.wait_for(told.Forgotten).content_hashes == {image.content_hash for image in images}
    assert not any(host.ready(image.content_hash) for image in images)


def test_closing_while_busy_fails_what_is_open_and_leaves_nothing(
    make_host: MakeHost, hanging: ImageRef, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    descriptors = psutil.Process().num_fds() if hasattr(psutil.Process, "num_fds") else 0
    host = make_host("fake-faulty")
    busy = host.ask(draft(hanging))
    events.wait_for(told.Encoding)
    waiting = host.ask(draft(picture()))
    process = child()
    host.close()
    assert not process.is_running()
    assert [outcome(busy), outcome(waiting)] == ["InferenceCancelled", "InferenceCancelled"]
    assert outcome(host.ask(draft(picture()))) == "InferenceCancelled"
    host.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("inference")]
    if descriptors:
        assert psutil.Process().num_fds() <= descriptors


def test_closing_before_starting(make_host: MakeHost, picture: MakePicture, draft: MakeDraft) -> None:
    host = make_host(start=False)
    waiting = host.ask(draft(picture()))
    host.close()
    assert outcome(waiting) == "InferenceCancelled"


def test_the_parents_side_loads_neither_torch_nor_qt() -> None:
    code = "import sys, engine.inference.host; print({'torch', 'PySide6', 'sqlalchemy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


PARENT = """
import sys
from pathlib import Path
import psutil
from engine.inference.draft import Draft, ImageRef
from engine.inference.events import Encoding
from engine.inference.host import InferenceHost
from engine.inference.settings import CacheSettings
from engine.records import PromptRecord
from engine.stages.automatic import find_masks
from engine.stages.params import AutoParams

def tell(event):
    if isinstance(event, Encoding):
        print(psutil.Process().children()[0].pid, flush=True)

host = InferenceHost(backend="fake-faulty", cache=CacheSettings(folder=Path(sys.argv[3])), on_event=tell)
host.start()
image = ImageRef(1, Path(sys.argv[1]), sys.argv[2], 60, 40)
future = host.ask(Draft(image, (PromptRecord("point", 5, 5),)))
print(future.result().generation)
host.close()
"""


def parent(image: ImageRef, folder: Path, cwd: Path) -> subprocess.Popen[str]:
    arguments = [str(image.file), image.content_hash, str(folder)]
    return subprocess.Popen(
        [sys.executable, "-P", "-c", PARENT, *arguments], stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=cwd
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX")
def test_the_child_ends_when_the_parent_is_killed(tmp_path: Path, hanging: ImageRef) -> None:
    with parent(hanging, tmp_path / "cache", tmp_path) as process:
        assert process.stdout is not None
        orphan = psutil.Process(int(process.stdout.readline()))
        assert orphan.is_running()
        os.kill(process.pid, signal.SIGKILL)
        orphan.wait(WAIT)
        assert not orphan.is_running()


def test_folders_called_models_and_engine_do_not_confuse_the_child(tmp_path: Path, picture: MakePicture) -> None:
    for name in ("models", "engine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('the wrong one')")
    with parent(picture(), tmp_path / "cache", tmp_path) as process:
        out, _ = process.communicate(timeout=WAIT)
        assert process.returncode == 0
        assert out.splitlines()[-1] == "0"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_a_listener_leaves_no_open_future(
    settings: CacheSettings, picture: MakePicture, draft: MakeDraft
) -> None:
    def broken(event: told.HostEvent) -> None:
        raise RuntimeError(f"a bug in the listener, on {event}")

    host = InferenceHost(backend="fake", cache=settings, on_event=broken)
    waiting = host.ask(draft(picture()))
    host.start()
    assert outcome(waiting) == "InferenceCancelled"
    host.close()
    assert psutil.Process().children() == []


def test_a_backend_that_does_not_start_gives_way_to_the_one_before(
    make_host: MakeHost, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    host, image = make_host("fake"), picture()
    assert host.ask(draft(image)).result(WAIT).backend.name == "fake"
    for wanted, reason in (("fake-detector", "makes no masks"), ("nowhere", "no backend called")):
        host.switch(wanted)
        waiting = host.ask(draft(image, generation=2))
        told_so = events.wait_for(told.Returned)
        assert (told_so.backend, told_so.to) == (wanted, "fake") and reason in told_so.reason
        # What was asked meanwhile is answered by the one that works.
        assert waiting.result(WAIT).backend.name == "fake"
    assert len(psutil.Process().children()) == 1
    host.switch("classic")
    assert host.ask(draft(image, generation=3)).result(WAIT).backend.name == "classic"


def test_a_full_device_is_told_and_every_request_is_answered(
    settings: CacheSettings, picture: MakePicture, draft: MakeDraft, events: Events
) -> None:
    with InferenceHost(backend="fake-faulty", device="cuda", cache=settings, on_event=events.put) as host:
        memory = events.wait_for(told.Memory)
        assert memory.device is not None and memory.device.total == 2 << 30 and memory.process > 1 << 20
        for number in range(4):
            assert (
                host.ask(draft(picture(f"{number}.png", first=(200 + number, 0, 0)))).result(WAIT).backend.device
                == "cuda"
            )
        assert events.wait_for(told.Eased).step == "offload"
        full = picture("full.png", first=(faulty.CARD_FULL, 0, 0))
        assert host.ask(draft(full)).result(WAIT).backend.device == "cpu"
        eased = events.wait_for(told.Eased)
        assert (eased.step, eased.info.device) == ("cpu", "cpu")
        assert host.info is not None and host.info.device == "cpu"


def test_switching_ends_the_old_process_with_all_its_memory(make_host: MakeHost, events: Events) -> None:
    host = make_host("compact")
    heavy = events.wait_for(told.Memory).process
    old = child()
    host.switch("fake")
    light = events.wait_for(told.Memory).process
    assert not old.is_running()
    # The old one held torch and a network.
    assert light < heavy - (50 << 20)
