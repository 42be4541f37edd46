"""Lets ``python -m engine.cli`` be the ``maskwright`` command."""

from __future__ import annotations

from engine.cli.main import main

if __name__ == "__main__":
    main()
