"""The ``maskwright`` command: one file a verb, each a few lines over the workspace."""
