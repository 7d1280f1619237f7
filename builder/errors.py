"""Errors of a bake or a check: one line that names the file and the reason. Raised in the builder's process.

No message holds a path of this machine or a token.
"""

from __future__ import annotations


class BuildError(Exception):
    """The model set could not be baked, or is not what the manifest says."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class RouteFailed(BuildError):
    """One route cannot give a file; the other may."""


class WrongBytes(BuildError):
    """A route gave other bytes than the pinned ones. No other route is tried: a person should look."""
