"""Icons of one set (Phosphor, through QtAwesome), named by meaning and coloured from the theme."""

from __future__ import annotations

import qtawesome
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon

from annotator.tokens import Tokens

ICONS = {
    "about": "ph.info",
    "accept": "ph.check",
    "accepted": "ph.check-circle-fill",
    "add": "ph.plus",
    "assisted": "ph.magic-wand",
    "auto": "ph.sparkle",
    "back": "ph.caret-left",
    "backend": "ph.cpu",
    "box": "ph.bounding-box",
    "brush": "ph.paint-brush",
    "bug": "ph.bug",
    "check": "ph.checks",
    "close": "ph.x",
    "color": "ph.palette",
    "copy": "ph.copy",
    "dashboard": "ph.chart-bar",
    "delete": "ph.trash",
    "doing": "ph.circle-half",
    "done": "ph.check-circle",
    "dot": "ph.circle-fill",
    "down": "ph.caret-down",
    "drop": "ph.drop",
    "duplicate": "ph.copy",
    "edit": "ph.pencil-simple",
    "eraser": "ph.eraser",
    "error": "ph.warning-circle",
    "export": "ph.export",
    "eye": "ph.eye",
    "eye-off": "ph.eye-slash",
    "file": "ph.file",
    "fill": "ph.circles-four",
    "filter": "ph.funnel",
    "fit": "ph.corners-out",
    "flow": "ph.skip-forward",
    "folder": "ph.folder-open",
    "forward": "ph.caret-right",
    "help": "ph.question",
    "gaps": "ph.selection-background",
    "history": "ph.clock-counter-clockwise",
    "image": "ph.image",
    "import": "ph.download-simple",
    "info": "ph.info",
    "instances": "ph.stack",
    "keyboard": "ph.keyboard",
    "keypoints": "ph.tree-structure",
    "pose": "ph.person-simple-run",
    "label": "ph.tag",
    "link": "ph.link",
    "lock": "ph.lock",
    "lock-open": "ph.lock-open",
    "lower": "ph.arrow-down",
    "menu": "ph.list",
    "merge": "ph.intersect",
    "messages": "ph.bell",
    "minus": "ph.minus",
    "more": "ph.dots-three",
    "new": "ph.file-plus",
    "pan": "ph.hand",
    "polygon": "ph.polygon",
    "project": "ph.cube",
    "proposed": "ph.circle-dashed",
    "raise": "ph.arrow-up",
    "ready": "ph.lightning-fill",
    "redo": "ph.arrow-clockwise",
    "reject": "ph.prohibit",
    "review": "ph.check-circle",
    "scissors": "ph.scissors",
    "search": "ph.magnifying-glass",
    "select": "ph.cursor",
    "semi": "ph.circle-half",
    "settings": "ph.gear",
    "skipped": "ph.skip-forward",
    "smart": "ph.magic-wand",
    "smooth": "ph.waves",
    "split": "ph.knife",
    "stop": "ph.stop-circle",
    "subtract": "ph.minus-circle",
    "success": "ph.check-circle",
    "theme": "ph.moon",
    "todo": "ph.circle",
    "undo": "ph.arrow-counter-clockwise",
    "up": "ph.caret-up",
    "warning": "ph.warning",
    "zoom": "ph.magnifying-glass-plus",
}


class Icons(QObject):
    """Makes icons in the colours of the theme in use; each is made once a theme."""

    changed = Signal()
    """The colours are others now: fetch your icons again."""

    def __init__(self, tokens: Tokens) -> None:
        """Needs a running ``QGuiApplication``."""
        super().__init__()
        self._tokens = tokens
        self._made: dict[tuple[str, str], QIcon] = {}

    @property
    def tokens(self) -> Tokens:
        """The theme the icons are coloured for."""
        return self._tokens

    def use(self, tokens: Tokens) -> None:
        """Colour for another theme from now on."""
        self._tokens = tokens
        self._made.clear()
        self.changed.emit()

    def get(self, name: str, *, color: str | None = None) -> QIcon:
        """Return the icon of that meaning in ``color`` (``#rrggbb``) or the text colour; KeyError if unknown."""
        key = (name, color or "")
        if key not in self._made:
            tokens = self._tokens
            self._made[key] = qtawesome.icon(
                ICONS[name],
                color=color or tokens.text,
                color_active=color or tokens.text,
                color_on=color or tokens.accent,
                color_on_active=color or tokens.accent,
                color_disabled=faded(tokens),
            )
        return self._made[key]


def faded(tokens: Tokens) -> str:
    """Return the colour of what is switched off: between text and background, and meant to be faint."""
    return mix(tokens.text_dim, tokens.surface, 0.5)


def mix(first: str, second: str, share: float) -> str:
    """Blend two ``#rrggbb``: ``share`` 0 gives the first, 1 the second."""
    pairs = [(int(first[at : at + 2], 16), int(second[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
