"""A checkpoint folder that the builder made -> a transformers model, ready to serve. In the worker.

The model is built without weights and given those of the file, read straight to the device, in a fifth of the time of
`from_pretrained`. Models can be loaded at the same time: while transformers builds a model it sets torch's default type
for the whole process, but every tensor here is the file's. Weights stay float32 until batch normalisation is folded
into the convolution before it: the same function, with one pass over memory less for each layer. Nothing here reaches a
network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights
from transformers import AutoConfig

from ..errors import WorkerUnhealthy

_VERIFY = "run `python -m builder verify`"
# How transformers names a convolution and the normalisation that follows it, in the model families served here.
_CONVOLUTION_THEN_NORM = (("convolution", "normalization"), ("convolution", "norm"), ("conv", "norm"), ("0", "1"))


class InFloat32(nn.Module):
    """A layer that computes and answers in float32, whatever type comes in: for layers where small differences
    decide."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer.float()

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """The layer's result in float32, in the layer's shape."""
        result: torch.Tensor = self.layer(hidden.float())
        return result


class LargestOfFour(nn.Module):
    """Max pooling of 2x2 windows one pixel apart, by two comparisons of whole maps: maps one row and one column
    smaller.

    On a processor it is five times as fast as torch's pooling, which also notes where each maximum was.
    """

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """The pooled maps: (maps, channels, H, W) -> (maps, channels, H - 1, W - 1), in the same memory format."""
        higher = torch.maximum(maps[:, :, :-1], maps[:, :, 1:])
        return torch.maximum(higher[..., :-1], higher[..., 1:])


def weight_bytes(model: nn.Module) -> int:
    """The bytes of the model's weights."""
    return sum(weight.numel() * weight.element_size() for weight in (*model.parameters(), *model.buffers()))


def load_checkpoint(build: Callable[[Any], Any], folder: Path, device: torch.device) -> Any:
    """The model in evaluation mode on `device`. `build` makes it from its config, as a model's class does.

    Raises `WorkerUnhealthy` where the folder has no whole checkpoint of this model.
    """
    if not (folder / "model.safetensors").is_file():
        raise WorkerUnhealthy(f"the weights of {folder.name} are not there: run `python -m builder`")
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    with torch.device("meta"):
        model = build(config)
    try:
        weights = load_file(folder / "model.safetensors", device=str(device))
        unknown = model.load_state_dict(weights, strict=False, assign=True)[1]
    except (RuntimeError, SafetensorError) as error:  # of another shape; no such file
        raise WorkerUnhealthy(f"the weights of {folder.name} do not fit their model: {_VERIFY}") from error
    model.tie_weights()
    # A weight without a value now was not in the file, and is not tied to another one.
    if unknown or any(weight.is_meta for weight in (*model.parameters(), *model.buffers())):
        raise WorkerUnhealthy(f"the weights of {folder.name} do not fit their model: {_VERIFY}")
    model.eval().requires_grad_(False)
    fold_batch_norm(model)
    if device.type == "cpu":
        pool_by_comparison(model)
    return model.to(device, memory_format=torch.channels_last)


def fold_batch_norm(model: nn.Module) -> int:
    """How many batch normalisations were folded, in place, into the convolution before them."""
    folded = 0
    for module in list(model.modules()):
        for convolution_name, norm_name in _CONVOLUTION_THEN_NORM:
            convolution: Any = module._modules.get(convolution_name)
            norm: Any = module._modules.get(norm_name)
            if not isinstance(convolution, nn.Conv2d | nn.ConvTranspose2d):
                continue
            if norm is not None and "running_var" in norm._buffers:
                weight, bias = fuse_conv_bn_weights(
                    convolution.weight,
                    convolution.bias,
                    norm.running_mean,
                    norm.running_var,
                    getattr(norm, "eps", 1e-5),  # the frozen kind has no attribute for its 1e-5
                    norm.weight,
                    norm.bias,
                    transpose=isinstance(convolution, nn.ConvTranspose2d),
                )
                convolution.weight, convolution.bias = weight, bias
                module._modules[norm_name] = nn.Identity()
                folded += 1
    return folded


def pool_by_comparison(model: nn.Module) -> None:
    """Replace max pooling of 2x2 windows one pixel apart, in place."""
    for module in list(model.modules()):
        for name, pool in list(module.named_children()):
            if isinstance(pool, nn.MaxPool2d) and (pool.kernel_size, pool.stride, pool.padding) == (2, 1, 0):
                module._modules[name] = LargestOfFour()
