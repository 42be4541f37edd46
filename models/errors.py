"""What can go wrong with a backend, in words a person can act on."""


class ModelError(Exception):
    """A backend could not do what was asked; ``str(error)`` is fit to be shown to a person."""


class BackendUnavailable(ModelError):
    """The backend is unknown, or a package or device it needs is missing; the message names the remedy."""


class WeightsMissing(ModelError):
    """The weights file was not found where it should be."""


class WeightsMismatch(ModelError):
    """The weights file is damaged, has another checksum, or does not fit the network."""


class DeviceOutOfMemory(ModelError):
    """The device has no memory left for this request."""


class UnsupportedPrompt(ModelError):
    """The backend cannot answer this kind of prompt (for instance text, or no positive click and no box)."""
