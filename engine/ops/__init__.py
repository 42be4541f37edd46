"""One user action each: frozen dataclasses with a title and ``apply(tx)``; validation lives here."""
