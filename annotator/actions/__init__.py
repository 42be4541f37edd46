"""Everything a person can do, as tables: they make the menus, the toolbar, the command palette and the shortcuts."""
