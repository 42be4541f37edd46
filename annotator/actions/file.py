"""Projects, images and files in and out."""

from __future__ import annotations

from annotator.actions.action import Action, with_project

MENU = "&File"

FILE_ACTIONS = (
    Action("file.new_project", "New project…", ("Ctrl+N",), "new", MENU, "open"),
    Action("file.open_project", "Open project…", ("Ctrl+O",), "project", MENU, "open"),
    Action("file.open_folder", "Open folder of images…", ("Ctrl+U",), "folder", MENU, "open"),
    Action("file.open_sample", "Open the sample project", (), "image", MENU, "open"),
    Action("file.add_images", "Add images…", ("Ctrl+Shift+U",), "add", MENU, "project", enabled_when=with_project),
    Action("file.encode_all", "Encode all images ahead", (), "ready", MENU, "project", enabled_when=with_project),
    Action("file.import", "Import…", ("Ctrl+I",), "import", MENU, "exchange", enabled_when=with_project),
    Action("file.export", "Export…", ("Ctrl+E",), "export", MENU, "exchange", enabled_when=with_project),
    Action("file.close_project", "Close project", ("Ctrl+W",), "close", MENU, "end", enabled_when=with_project),
    Action("file.backends", "Backends…", (), "backend", MENU, "end"),
    Action("file.settings", "Settings…", ("Ctrl+,",), "settings", MENU, "end"),
    Action("file.quit", "Quit", ("Ctrl+Q",), "", MENU, "end"),
)
