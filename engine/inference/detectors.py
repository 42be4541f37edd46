"""Who finds boxes for words: chosen by name, and kept loaded in the inference process while it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from models import registry
from models.api import BackendSpec, DetectBackend
from models.errors import BackendUnavailable, UnsupportedPrompt

GET_ONE = (
    "No detector that understands words is ready. 'maskwright backends' lists them; get one with "
    "'maskwright backends pull grounding-dino-tiny'."
)


def detector_spec(name: str = "") -> BackendSpec:
    """Return the detector called ``name``, by default the best one that is ready.

    Raises BackendUnavailable with what to do, or UnsupportedPrompt for a backend that understands no words.
    """
    if name:
        spec = registry.find(name)
        if spec.task != "detect" or "text" not in spec.prompts:
            raise UnsupportedPrompt(f"The backend '{name}' does not look for words. Choose a detector that does.")
        return spec
    for status in registry.available("detect"):
        if status.available and not status.spec.hidden and "text" in status.spec.prompts:
            return status.spec
    raise BackendUnavailable(GET_ONE)


@dataclass(frozen=True, slots=True)
class DetectorChoice:
    """A detector that is ready, and the score in [0, 1] from which its authors call something found."""

    name: str
    title: str
    min_score: float


def detector_choices(also: str = "") -> list[DetectorChoice]:
    """List the detectors that are ready and understand words, best first; the one called ``also`` even if hidden."""
    return [
        DetectorChoice(status.spec.name, status.spec.title, status.spec.min_score)
        for status in registry.available("detect")
        if status.available and "text" in status.spec.prompts and (not status.spec.hidden or status.spec.name == also)
    ]


class Detectors:
    """Keeps the detector that was asked last."""

    def __init__(self, device: str | None = None) -> None:
        """Load on ``device``, by default the best one; nothing is loaded yet."""
        self._device = device
        self._loaded: DetectBackend | None = None

    def get(self, name: str) -> DetectBackend:
        """Return the detector called ``name``, loaded; another one is let go first. Raises ModelError."""
        if self._loaded is not None and self._loaded.info.name == name:
            return self._loaded
        self.close()
        found = registry.load(detector_spec(name).name, device=self._device)
        if not isinstance(found, DetectBackend):
            raise BackendUnavailable(f"The backend '{name}' finds no boxes, whatever it says of itself.")
        self._loaded = found
        return found

    def close(self) -> None:
        """Free the detector."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.close()
