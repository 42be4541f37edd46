"""What the test doubles are, without starting them; also the shortest example of a plug-in."""

from __future__ import annotations

from models.api import BackendSpec

MASK_SPEC = BackendSpec(
    name="fake",
    task="mask",
    title="Fake segmenter",
    factory="models.fake.masks:load",
    prompts=frozenset({"points", "box", "mask", "grid"}),
    description="Nested discs around the clicks: known answers for tests.",
    hidden=True,
    rank=900,
)
POSE_SPEC = BackendSpec(
    name="fake-pose",
    task="pose",
    title="Fake pose estimator",
    factory="models.fake.poses:load",
    prompts=frozenset({"box"}),
    description="Joints evenly along the box's diagonal: known answers for tests.",
    hidden=True,
    rank=900,
)
DETECTOR_SPEC = BackendSpec(
    name="fake-detector",
    task="detect",
    title="Fake detector",
    factory="models.fake.detector:load",
    prompts=frozenset({"text"}),
    description="Patches of the colours that words name: known answers for tests.",
    hidden=True,
    rank=900,
)
FAULTY_DETECTOR_SPEC = BackendSpec(
    name="fake-faulty-detector",
    task="detect",
    title="Faulty detector",
    factory="models.fake.faulty:load_detector",
    prompts=frozenset({"text"}),
    description="Fails as the words say: for tests of crash recovery.",
    hidden=True,
    rank=950,
)
FAULTY_SPEC = BackendSpec(
    name="fake-faulty",
    task="mask",
    title="Faulty segmenter",
    factory="models.fake.faulty:load",
    prompts=frozenset({"points", "box", "mask", "grid"}),
    description="Fails as the image's first pixel says: for tests of crash recovery and time limits.",
    hidden=True,
    rank=950,
)
