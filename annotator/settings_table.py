"""Every setting in one table: it stores, checks and draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

SettingKind: TypeAlias = Literal["bool", "int", "float", "percent", "choice", "text"]
Value: TypeAlias = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; ``choices`` are (value, words), ``suffix`` is a unit, ``restart`` means from the next start on."""

    key: str
    group: str
    title: str
    kind: SettingKind
    default: Value
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    minimum: float = 0
    maximum: float = 100
    step: float = 1
    suffix: str = ""
    restart: bool = False

    def accepts(self, value: object) -> bool:
        """Tell whether ``value`` is of the right kind and in range."""
        match self.kind:
            case "bool":
                return isinstance(value, bool)
            case "int":
                whole = isinstance(value, int) and not isinstance(value, bool)
                return whole and self.minimum <= value <= self.maximum  # type: ignore[operator]  # an int, see above
            case "float" | "percent":
                if isinstance(value, bool) or not isinstance(value, int | float):
                    return False
                return self.minimum <= value <= self.maximum
            case "choice":
                # A backend may be gone at the moment; its name is kept for when it comes back.
                return isinstance(value, str) and (not self.choices or any(value == known for known, _ in self.choices))
            case "text":
                return isinstance(value, str) and len(value) <= 200


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "appearance.theme",
        "Appearance",
        "Theme",
        "choice",
        "dark",
        "A dark frame lets the picture stand out; System follows your desktop.",
        choices=(("dark", "Dark"), ("light", "Light"), ("system", "System")),
    ),
    Setting("canvas.mask_opacity", "Canvas", "Mask opacity", "percent", 0.35, maximum=1.0, step=0.05),
    Setting(
        "canvas.color_by",
        "Canvas",
        "Colour masks by",
        "choice",
        "instance",
        "By instance tells neighbours apart; by label shows what they are.",
        choices=(("instance", "Instance"), ("label", "Label")),
    ),
    Setting("canvas.show_labels", "Canvas", "Name the instances on the canvas", "bool", True),
    Setting(
        "canvas.hover_preview",
        "Canvas",
        "Preview the mask under the pointer",
        "bool",
        False,
        "The smart tool shows what a click would give before you click. Needs a quick backend.",
    ),
    Setting(
        "canvas.brush_radius",
        "Canvas",
        "Brush radius",
        "float",
        12.0,
        "In image pixels; [ and ] change it while you paint.",
        minimum=0.5,
        maximum=500,
        suffix=" px",
    ),
    Setting(
        "canvas.wheel",
        "Canvas",
        "Mouse wheel without a key",
        "choice",
        "scroll",
        "Ctrl with the wheel always zooms, Shift with the wheel always scrolls sideways.",
        choices=(("scroll", "Scrolls"), ("zoom", "Zooms")),
    ),
    Setting(
        "flow.keep_label",
        "Work flow",
        "Use the last label for the next object",
        "bool",
        True,
        "Otherwise every new object starts without a label.",
    ),
    Setting(
        "flow.next_after_done",
        "Work flow",
        "Go to the next image after marking one as done",
        "bool",
        True,
    ),
    Setting(
        "flow.reminder_s",
        "Work flow",
        "Remind me after so long on one object",
        "int",
        30,
        "A line at the bottom says so and asks for nothing; SAM's annotators moved on after 30 s. 0 never reminds.",
        maximum=600,
        step=5,
        suffix=" s",
    ),
    Setting(
        "semi.find_at_once",
        "Work flow",
        "In the Semi mode, find objects as soon as an image is shown",
        "bool",
        False,
        "Otherwise Find objects (Shift+S) does it.",
    ),
    Setting(
        "semi.min_score",
        "Work flow",
        "In the Semi mode, keep objects from this score on",
        "percent",
        0.88,
        "How well the backend thinks a mask fits. The slider over the picture sets it too.",
        maximum=1.0,
        step=0.01,
    ),
    Setting(
        "semi.min_stability",
        "Work flow",
        "In the Semi mode, keep objects from this stability on",
        "percent",
        0.95,
        "How little a mask changes when the backend's threshold does.",
        maximum=1.0,
        step=0.01,
    ),
    Setting(
        "person.author",
        "Work flow",
        "Your name",
        "text",
        "",
        "Stored with every object and every step of the history. Empty: the name of your account.",
    ),
    Setting(
        "backend.name",
        "Backend",
        "Backend",
        "choice",
        "",
        "What turns clicks into masks. Best available picks the strongest one that runs on this machine.",
    ),
    Setting(
        "backend.pose",
        "Backend",
        "Pose backend",
        "choice",
        "",
        "What proposes the joints of a person in a box. Best available picks one that runs on this machine.",
    ),
    Setting(
        "backend.device",
        "Backend",
        "Device",
        "choice",
        "auto",
        "Where the backend computes.",
        choices=(
            ("auto", "Automatic"),
            ("cpu", "Processor"),
            ("cuda", "NVIDIA graphics card"),
            ("mps", "Apple graphics"),
        ),
    ),
    Setting(
        "backend.encode_ahead",
        "Backend",
        "Images prepared ahead",
        "int",
        3,
        "While you work, the next images are encoded so that the first click answers at once.",
        maximum=50,
    ),
    Setting(
        "backend.memory_cache_mb",
        "Backend",
        "Memory for encoded images",
        "int",
        1024,
        minimum=64,
        maximum=65_536,
        step=64,
        suffix=" MB",
        restart=True,
    ),
    Setting(
        "backend.disk_cache_mb",
        "Backend",
        "Disk space for encoded images",
        "int",
        4096,
        "0 keeps nothing on disk. The cache may be deleted at any time.",
        maximum=1_000_000,
        step=256,
        suffix=" MB",
        restart=True,
    ),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}
