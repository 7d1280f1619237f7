"""The networks inside the worker's models, for tests that look at what a network is given, or break it; and one that
remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn


def networks_of(model: object) -> Iterator[nn.Module]:
    """Every network of a model, the whole one first, whatever the model calls them."""
    return (part for part in vars(model).values() if isinstance(part, nn.Module))


def network_of(model: object) -> nn.Module:
    """The whole network of a model."""
    return next(networks_of(model))


def first_layer_of(model: object) -> nn.Module:
    """The first part of a model's network, which runs in each forward pass."""
    return next(network_of(model).children())


def remember(network: nn.Module) -> None:
    """Have a network of one input give what it gave before for the same numbers. What it gives is only read."""
    forward, given = network.forward, dict[bytes, Any]()

    def remembered(batch: Tensor) -> Any:
        key = hashlib.blake2b(batch.contiguous().numpy()).digest()
        if key not in given:
            given[key] = forward(batch)
        return given[key]

    network.forward = remembered  # type: ignore[method-assign]
