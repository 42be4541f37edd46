"""What the networks of the family are, without starting one."""

from __future__ import annotations

from models.api import BackendSpec, WeightsInfo


def _spec(name: str, title: str, description: str, rank: int) -> BackendSpec:
    return BackendSpec(
        name=name,
        task="pose",
        title=title,
        factory="models.vitpose.backend:load",
        prompts=frozenset({"box"}),
        requires=("torch", "safetensors", "transformers"),
        extra="sam",
        description=description,
        weights=WeightsInfo(f"{name}.safetensors", 0, "Apache-2.0"),
        # Behind what is always there: these want a graphics card, and whoever has one chooses them.
        rank=rank,
        ready="models.vitpose.files:reason",
    )


BASE = _spec("vitpose-base", "ViTPose base", "17 joints of a person; the network for a processor.", 70)
BASE_SIMPLE = _spec("vitpose-base-simple", "ViTPose base, simple head", "17 joints of a person, a smaller head.", 71)
PLUS_SMALL = _spec("vitpose-plus-small", "ViTPose++ small", "17 joints of a person, smallest network.", 72)
PLUS_BASE = _spec("vitpose-plus-base", "ViTPose++ base", "17 joints of a person, learned from six data sets.", 73)
PLUS_LARGE = _spec("vitpose-plus-large", "ViTPose++ large", "17 joints of a person, large network.", 74)
PLUS_HUGE = _spec("vitpose-plus-huge", "ViTPose++ huge", "17 joints of a person, largest network.", 75)
