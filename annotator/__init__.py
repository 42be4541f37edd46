"""The window (PySide6): arranges what the engine knows, never imports torch or SQL."""
