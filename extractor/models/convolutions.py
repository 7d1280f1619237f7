"""Convolutions of a model -> kernels that need no plan and fewer passes over memory, on a GPU. In the worker.

cuDNN builds a plan for each convolution at each new shape: for a depthwise one 140 to 470 ms (H100, cuDNN 9.19), for a
dense one 2 to 8. Here:

- a depthwise convolution is torch's own kernel, which has no plan;
- a convolution of single pixels (1x1) is a matrix product, whose epilogue adds the bias and applies the ReLU after it;
- a dense convolution, its bias and the ReLU after it are one kernel of cuDNN.

Each kind and form is compared with the plain convolution on the processor before it is used. Where it fails, disagrees
or has a plan that takes long, there is one warning, and the model's convolutions of that form stay as they are.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional

log = logging.getLogger("extractor")

# How the model families served here name a convolution, the normalisation that was folded into it, and the activation
# that follows.
_CONVOLUTION_THEN_ACTIVATION = (
    ("convolution", "normalization", "activation"),
    ("convolution", "norm", "act_fn"),
    ("conv", "norm", "activation"),
    ("0", None, "1"),
)
# The most that a kernel may differ from the plain convolution, as a share of the largest result: it adds in another
# order, and its factors have 10 bits (float16, and TF32 where cuDNN takes it for float32).
_TOLERANCE = 1e-2
# The most processor time of a kernel's first call in a new shape, in seconds, after a first call in another one. Models
# are loaded side by side: on the clock a call takes as long as the others let it wait.
_LONGEST_FIRST_CALL_S = 0.05


class Depthwise(nn.Module):
    """A convolution of each channel by itself, without cuDNN. Its result is contiguous, channels first."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias
        self._kernel = convolution.kernel_size
        self._geometry = (convolution.stride, convolution.padding, convolution.dilation)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """The convolved maps: (maps, channels, H, W) -> (maps, channels x multiplier, H', W')."""
        result: torch.Tensor = torch.ops.aten._conv_depthwise2d(
            maps, self.weight, self._kernel, self.bias, *self._geometry
        )
        return result


class Pointwise(nn.Module):
    """A 1x1 convolution as a matrix product, with the ReLU after it where `relu`.

    Its input is channels last in memory, or is copied so; so is its result.
    """

    def __init__(self, convolution: nn.Conv2d, relu: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(convolution.weight.detach().flatten(1), requires_grad=False)
        self.bias = convolution.bias
        self._relu = relu

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """The convolved maps: (maps, channels, H, W) -> (maps, channels', H, W)."""
        count, channels, height, width = maps.shape
        pixels = maps.permute(0, 2, 3, 1).reshape(-1, channels)
        if self.bias is None:
            mixed = pixels @ self.weight.t()
            mixed = mixed.relu_() if self._relu else mixed
        elif self._relu:
            mixed = torch._addmm_activation(self.bias, pixels, self.weight.t())
        else:
            mixed = torch.addmm(self.bias, pixels, self.weight.t())
        return mixed.view(count, height, width, -1).permute(0, 3, 1, 2)


class DenseWithRelu(nn.Module):
    """A convolution with its bias and the ReLU after it in one kernel of cuDNN."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias
        self._geometry: Any = (convolution.stride, convolution.padding, convolution.dilation, convolution.groups)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """The convolved maps, none below 0: (maps, channels, H, W) -> (maps, channels', H', W')."""
        return torch.cudnn_convolution_relu(maps, self.weight, self.bias, *self._geometry)


def serve_on_device(model: nn.Module, device: torch.device) -> int:
    """How many of a model's convolutions were replaced, in place, by what suits the device; on a processor none.

    The model must be on the device, in the types that it computes in, its batch normalisation folded. Its layers must
    not be taken apart afterwards.
    """
    if device.type != "cuda":
        return 0
    return replace_convolutions(model, {"depthwise": Depthwise, "pointwise": Pointwise, "dense": DenseWithRelu})


def replace_convolutions(model: nn.Module, kinds: dict[str, Callable[..., nn.Module]]) -> int:
    """How many convolutions of these kinds were replaced, in place: those whose kernel agrees with the plain one."""
    replaced = 0
    # Whether a kernel agrees, by kind and form.
    agreed: dict[object, bool] = {}
    for parent in list(model.modules()):
        for name, convolution in list(parent.named_children()):
            if not isinstance(convolution, nn.Conv2d) or convolution.padding_mode != "zeros":
                continue
            activation = _relu_after(parent, name)
            kind = _kind_of(convolution, activation is not None)
            if kind not in kinds:
                continue
            relu = activation is not None and kind != "depthwise"
            replacement = kinds[kind](convolution, relu) if kind == "pointwise" else kinds[kind](convolution)
            form = (kind, relu, _form_of(convolution))
            if form not in agreed:
                agreed[form] = _agrees(replacement, convolution, relu, kind)
            if not agreed[form]:
                continue
            parent._modules[name] = replacement
            if relu and activation is not None:
                parent._modules[activation] = nn.Identity()
            replaced += 1
    return replaced


@contextmanager
def products_in_tf32(device: torch.device) -> Iterator[None]:
    """A context in which float32 products on a GPU have factors of 10 bits (TF32) and float32 sums.

    On a processor nothing changes. The setting is the whole process's, its processor's products included: nothing else
    may compute in float32 meanwhile. A graph keeps what it was captured with. It is set by its old name, which keeps
    the new one, and what torch derives from either, in step.
    """
    if device.type != "cuda":
        yield
        return
    matmul = torch.backends.cuda.matmul
    before = matmul.allow_tf32
    matmul.allow_tf32 = True
    try:
        yield
    finally:
        matmul.allow_tf32 = before


def _kind_of(convolution: nn.Conv2d, relu: bool) -> str | None:
    if isinstance(convolution.padding, str):
        return None
    if convolution.groups == convolution.in_channels > 1:
        return "depthwise"
    if convolution.groups > 1:
        return None
    if (convolution.kernel_size, convolution.stride, convolution.padding) == ((1, 1), (1, 1), (0, 0)):
        return "pointwise"
    return "dense" if relu else None


def _form_of(convolution: nn.Conv2d) -> tuple[object, ...]:
    """What a kernel may be chosen by; of the numbers of channels, whether they are multiples of eight."""
    return (
        convolution.kernel_size,
        convolution.stride,
        convolution.padding,
        convolution.dilation,
        convolution.bias is None,
        convolution.in_channels % 8 == 0,
        convolution.out_channels % 8 == 0,
        convolution.weight.dtype,
    )


def _relu_after(parent: nn.Module, name: str) -> str | None:
    """The name of the ReLU that alone takes the result of the parent's convolution of this name; None without one."""
    for convolution, between, activation in _CONVOLUTION_THEN_ACTIVATION:
        if name != convolution or not isinstance(parent._modules.get(activation), nn.ReLU):
            continue
        if between is None or isinstance(parent._modules.get(between), nn.Identity | None):
            return activation
    return None


@torch.inference_mode()
def _agrees(replacement: nn.Module, convolution: nn.Conv2d, relu: bool, kind: str) -> bool:
    """Whether the replacement gives what the plain convolution gives on a processor, for one random input."""
    weight = convolution.weight
    side = [2 * extent * step for extent, step in zip(convolution.kernel_size, convolution.dilation, strict=True)]
    maps = torch.randn(2, convolution.in_channels, side[0] + 3, side[1] + 4, generator=torch.Generator().manual_seed(0))
    maps = maps.to(weight.dtype)
    bias = None if convolution.bias is None else convolution.bias.float().cpu()
    plain: torch.Tensor = functional.conv2d(
        maps.float(),
        weight.float().cpu(),
        bias,
        convolution.stride,
        convolution.padding,
        convolution.dilation,
        convolution.groups,
    )
    plain = plain.relu_() if relu else plain
    try:
        seen = maps.to(weight.device, memory_format=torch.channels_last)
        _leave_no_numbers(plain.shape, weight)
        found: Any = replacement(seen).float().cpu()
        apart = float((found - plain).abs().max() / plain.abs().max().clamp(min=1e-6))
        first_call_s = min(_seconds_of_call(replacement, maps[..., more:, :].to(weight.device)) for more in (1, 2))
    except (RuntimeError, NotImplementedError) as error:
        log.warning("%s convolutions stay as they are, the kernel for them fails: %s", kind, error)
        return False
    if not apart <= _TOLERANCE:
        log.warning("%s convolutions stay as they are, the kernel for them is wrong by %.3f", kind, apart)
        return False
    if first_call_s > _LONGEST_FIRST_CALL_S:
        log.warning("%s convolutions stay as they are, a new shape of theirs takes %.3f s", kind, first_call_s)
        return False
    return True


def _leave_no_numbers(shape: torch.Size, like: torch.Tensor) -> None:
    """Have the memory that the next result of this shape gets hold no numbers.

    A kernel may add what was there times 0, as cuDNN's do for a sum that torch does not ask for: of a NaN that is one.
    """
    blocks = [torch.full(shape, torch.nan, dtype=like.dtype, device=like.device) for _ in range(4)]
    blocks.clear()


def _seconds_of_call(layer: nn.Module, maps: torch.Tensor) -> float:
    """The processor time of launching the layer, in seconds."""
    began = time.thread_time()
    layer(maps)
    return time.thread_time() - began
