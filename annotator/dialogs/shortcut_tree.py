"""All actions with their keys, by menu and narrowed by a search: shared by the F1 page and the settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.actions.action import Action
from annotator.actions.registry import ActionRegistry
from annotator.widgets.parts import GAP

_ID = Qt.ItemDataRole.UserRole


class ShortcutTree(QWidget):
    """A search field over a tree of two columns: what and with which keys."""

    chosen = Signal(str)
    """Id of the action that became current, or ""."""

    def __init__(self, registry: ActionRegistry) -> None:
        """Follows the registry's keys."""
        super().__init__()
        self._registry = registry
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find by name or key")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find a shortcut")
        self.search.textChanged.connect(self._narrow)
        self.tree = QTreeWidget()
        self.tree.setProperty("role", "framed")
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["Action", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setUniformRowHeights(True)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setSectionsMovable(False)
        self.tree.setAccessibleName("Actions and their keys")
        self.tree.currentItemChanged.connect(lambda item, _before: self.chosen.emit(_id_of(item)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._fill()
        registry.shortcuts_changed.connect(self._refresh)

    @property
    def current(self) -> str:
        """Id of the current action, or ""."""
        return _id_of(self.tree.currentItem())

    def select(self, action_id: str) -> None:
        """Make an action current."""
        self.tree.setCurrentItem(self._items[action_id])

    def shown(self) -> list[str]:
        """Return the ids of the actions that the search leaves."""
        return [action_id for action_id, item in self._items.items() if not item.isHidden()]

    def keys_shown(self, action_id: str) -> str:
        """Return the keys as written beside an action."""
        return self._items[action_id].text(1)

    def _fill(self) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for spec in self._registry.specs:
            title = spec.menu.replace("&", "") or "Mode"
            if title not in groups:
                group = QTreeWidgetItem(self.tree, [title])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                font = group.font(0)
                font.setBold(True)
                group.setFont(0, font)
                group.setExpanded(True)
                groups[title] = group
            item = QTreeWidgetItem(groups[title], [plain_title(spec), self._keys(spec.id)])
            item.setData(0, _ID, spec.id)
            item.setToolTip(0, spec.tip)
            self._items[spec.id] = item

    def _refresh(self) -> None:
        for action_id, item in self._items.items():
            item.setText(1, self._keys(action_id))

    def _keys(self, action_id: str) -> str:
        return ",  ".join(native(key) for key in self._registry.keys(action_id))

    def _narrow(self, words: str) -> None:
        wanted = words.strip().casefold()
        for item in self._items.values():
            item.setHidden(wanted not in f"{item.text(0)} {item.text(1)}".casefold())
        for row in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(row)
            if group is not None:
                children = [child for at in range(group.childCount()) if (child := group.child(at)) is not None]
                group.setHidden(all(child.isHidden() for child in children))


def plain_title(spec: Action) -> str:
    """Return an action's title without mnemonic and dots."""
    return spec.title.replace("&", "").rstrip("…")


def native(key: str) -> str:
    """Return a key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _id_of(item: QTreeWidgetItem | None) -> str:
    return "" if item is None else str(item.data(0, _ID) or "")
