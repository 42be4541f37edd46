"""Schema migrations, from the first revision on, each in one transaction with the record that it ran."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from engine.storage.connect import writing

_FOLDER = Path(__file__).parent


def _config() -> Config:
    config = Config()
    # Alembic's options go through ConfigParser, in which a percent sign in a folder's name must be doubled.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def known_versions() -> frozenset[str]:
    """Return every revision this program can come from."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def upgrade(engine: Engine) -> None:
    """Run what is missing, all of it in one transaction."""
    config = _config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
