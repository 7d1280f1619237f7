"""The networks inside the worker's models, for tests that look at what a network is given, or break it."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn


def networks_of(model: object) -> Iterator[nn.Module]:
    """Every network of a model, the whole one first, whatever the model calls them."""
    return (part for part in vars(model).values() if isinstance(part, nn.Module))


def network_of(model: object) -> nn.Module:
    """The whole network of a model."""
    return next(networks_of(model))


def first_layer_of(model: object) -> nn.Module:
    """The first part of a model's network, which runs in each forward pass."""
    return next(network_of(model).children())
