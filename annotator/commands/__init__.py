"""What every action does: commands bound by their id, grouped by topic; each a few lines over controllers."""

from __future__ import annotations

from annotator.commands.commands import Commands as Commands
