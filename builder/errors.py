"""Why a bake or a check ended: one line that names the file and the reason, never a path of this machine or a token."""

from __future__ import annotations


class BuildError(Exception):
    """The model set could not be baked or is not what the manifest says."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class RouteFailed(BuildError):
    """One route cannot give a file. The other route may."""


class WrongBytes(BuildError):
    """A route gave bytes that are not the pinned ones. No other route is tried: somebody should look."""
