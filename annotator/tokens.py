"""The look in one table: colours, sizes and the type size of the dark and the light theme.

Text on its background keeps a contrast of at least 4.5:1 (WCAG AA); ``tests/annotator/test_tokens.py`` measures it.
"""

from __future__ import annotations

from dataclasses import dataclass

UNIT = 4
CONTROL_HEIGHT = 28
FONT_PX = 13


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours (``#rrggbb``) of one theme: three background levels, two of text, one accent, and the meanings."""

    name: str
    canvas: str
    background: str
    surface: str
    raised: str
    border: str
    text: str
    text_dim: str
    accent: str
    on_accent: str
    include: str
    exclude: str
    proposed: str
    warning: str
    error: str
    success: str


DARK = Tokens(
    name="dark",
    canvas="#141416",
    background="#1b1c1f",
    surface="#232428",
    raised="#2e3036",
    border="#3a3c43",
    text="#e8e9ec",
    text_dim="#a3a7b0",
    accent="#5b9dff",
    on_accent="#0b1220",
    include="#37c871",
    exclude="#ff5d5d",
    proposed="#f5b74a",
    warning="#f5b74a",
    error="#ff7b72",
    success="#37c871",
)
LIGHT = Tokens(
    name="light",
    canvas="#d9dbe0",
    background="#eceef1",
    surface="#f7f8fa",
    raised="#ffffff",
    border="#c6cad2",
    text="#1c1e22",
    text_dim="#545a66",
    accent="#1f5fd0",
    on_accent="#ffffff",
    include="#137a3e",
    exclude="#c22525",
    proposed="#8a5a00",
    warning="#8a5a00",
    error="#b42318",
    success="#137a3e",
)
