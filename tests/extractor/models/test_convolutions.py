"""Convolutions that are computed otherwise give what they gave."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import (
    AutoModelForTextRecognition,
    PPDocLayoutV3ForObjectDetection,
    PPOCRV6SmallDetForObjectDetection,
    SLANetForTableRecognition,
)

from extractor.languages import DEFAULT_RECOGNISER
from extractor.models.checkpoint import load_checkpoint
from extractor.models.convolutions import Depthwise, Pointwise, products_in_tf32, replace_convolutions, serve_on_device
from extractor.settings import Settings

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
FORMATS = (torch.contiguous_format, torch.channels_last)


class Block(nn.Module):
    """As the served families name their parts: what was a normalisation is folded."""

    def __init__(self, convolution: nn.Conv2d, activation: nn.Module) -> None:
        super().__init__()
        self.convolution = convolution
        self.normalization = nn.Identity()
        self.activation = activation
        self.eval().requires_grad_(False)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.activation(self.normalization(self.convolution(maps)))
        return result


class PlainKernel(nn.Module):
    """Stands where a kernel of a GPU would, and notes what it was made of."""

    made = 0

    def __init__(self, convolution: nn.Conv2d, relu: bool) -> None:
        super().__init__()
        self._convolution, self._relu = copy.deepcopy(convolution), relu
        PlainKernel.made += 1

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self._convolution(maps)
        return result.relu() if self._relu else result


class WithRelu(PlainKernel):
    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__(convolution, relu=True)


class WithoutRelu(PlainKernel):
    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__(convolution, relu=False)


class Wrong(WithRelu):
    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return super().forward(maps) * 1.05


class AddsWhatWasThere(WithRelu):
    """Adds the memory that its result is written to, times 0."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        result = super().forward(maps)
        return result + 0 * torch.empty_like(result)


class Plans(WithRelu):
    """Computes for longer than a kernel may, each time."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        began = time.thread_time()
        while time.thread_time() - began < 0.06:
            pass
        return super().forward(maps)


class IsLetWait(WithRelu):
    """Waits for as long, as it does for other threads."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        time.sleep(0.06)
        return super().forward(maps)


class FreedMemoryAgain(TorchDispatchMode):
    """Gives an empty tensor the memory of the last one of its shape that was filled, as a GPU's allocator may."""

    def __init__(self) -> None:
        super().__init__()
        self._filled: dict[torch.Size, torch.Tensor] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func is torch.ops.aten.full.default:
            self._filled[result.shape] = result
        return self._filled.get(result.shape, result) if func is torch.ops.aten.empty_like.default else result


class NotThere(WithRelu):
    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("no such operator on this device")


@torch.inference_mode()
def results(model: nn.Module, memory: torch.memory_format, channels: int = 12) -> torch.Tensor:
    maps = torch.randn(3, channels, 17, 22, generator=torch.Generator().manual_seed(1)).contiguous(memory_format=memory)
    result: torch.Tensor = model(maps)
    return result


@pytest.mark.parametrize("memory", FORMATS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("activation", [nn.ReLU(), nn.ReLU(inplace=True), nn.SiLU(), nn.Identity()])
def test_a_pointwise_convolution_is_a_product(memory: torch.memory_format, bias: bool, activation: nn.Module) -> None:
    torch.manual_seed(0)
    block = Block(nn.Conv2d(12, 20, 1, bias=bias), copy.deepcopy(activation))
    expected = results(block, memory)
    assert replace_convolutions(block, {"pointwise": Pointwise}) == 1
    assert isinstance(block.convolution, Pointwise)
    assert isinstance(block.activation, nn.Identity) == (not isinstance(activation, nn.SiLU))
    found = results(block, memory)
    assert torch.allclose(found, expected, atol=1e-5)
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_a_pointwise_convolution_of_a_single_pixel() -> None:
    """Squeeze and excitation: what is left of a map is its mean."""
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(8, 2, 1), nn.ReLU(), nn.Conv2d(2, 8, 1), nn.Hardsigmoid()).requires_grad_(False)
    maps = torch.randn(5, 8, 1, 1)
    expected = layers(maps)
    assert replace_convolutions(layers, {"pointwise": Pointwise}) == 2
    assert isinstance(layers[1], nn.Identity)
    assert torch.allclose(layers(maps), expected, atol=1e-6)


def test_half_the_digits_stay_half_the_digits() -> None:
    torch.manual_seed(0)
    block = Block(nn.Conv2d(16, 16, 1), nn.ReLU()).to(torch.bfloat16)
    assert replace_convolutions(block, {"pointwise": Pointwise}) == 1
    assert block(torch.randn(1, 16, 4, 4, dtype=torch.bfloat16)).dtype is torch.bfloat16


@pytest.mark.parametrize(
    "convolution",
    [
        nn.Conv2d(12, 12, 1, stride=2),
        nn.Conv2d(12, 12, 1, padding=1),
        nn.Conv2d(12, 12, 1, groups=3),
        nn.Conv2d(12, 12, 3, padding=1),
        nn.Conv2d(12, 12, 3, padding=1, groups=12),
        nn.Conv2d(12, 12, 1, groups=12),
        nn.Conv2d(12, 12, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(12, 12, 3, padding="same"),
    ],
)
def test_what_is_no_pointwise_convolution_stays(convolution: nn.Conv2d) -> None:
    block = Block(convolution, nn.ReLU())
    assert replace_convolutions(block, {"pointwise": Pointwise}) == 0
    assert block.convolution is convolution


@pytest.mark.parametrize(
    "convolution",
    [
        nn.Conv2d(12, 16, 3, padding=1),
        nn.Conv2d(12, 16, 3, stride=2, padding=1),
        nn.Conv2d(12, 16, 2),
        nn.Conv2d(12, 16, 3, stride=(2, 1), padding=(2, 0), dilation=2),
    ],
)
def test_a_dense_convolution_and_the_relu_after_it_are_one(convolution: nn.Conv2d) -> None:
    block = Block(convolution, nn.ReLU())
    expected = results(block, torch.channels_last)
    assert replace_convolutions(block, {"dense": WithRelu}) == 1
    assert isinstance(block.activation, nn.Identity)
    assert torch.allclose(results(block, torch.channels_last), expected, atol=1e-5)


def test_a_dense_convolution_before_anything_else_stays() -> None:
    assert replace_convolutions(Block(nn.Conv2d(3, 8, 3), nn.SiLU()), {"dense": WithRelu}) == 0


def test_a_kernel_is_compared_once_for_each_form_and_left_out_where_it_is_wrong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for kernel, words in ((Wrong, "is wrong by 0.05"), (NotThere, "fails: no such operator")):
        caplog.clear()
        model = nn.Sequential(*(Block(nn.Conv2d(12, 12, 3, padding=1), nn.ReLU()) for _ in range(3)))
        expected = results(model, torch.channels_last)
        with caplog.at_level(logging.WARNING):
            assert replace_convolutions(model, {"dense": kernel}) == 0
        assert torch.equal(results(model, torch.channels_last), expected)
        (warning,) = (record.getMessage() for record in caplog.records)
        assert words in warning


@pytest.mark.parametrize(
    ("kernel", "words"), [(AddsWhatWasThere, "is wrong by nan"), (Plans, "a new shape of theirs takes 0.")]
)
def test_a_kernel_that_reads_its_result_or_plans_for_long_is_left_out(
    kernel: type[WithRelu], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    block = Block(nn.Conv2d(12, 12, 3, padding=1), nn.ReLU())
    with caplog.at_level(logging.WARNING), FreedMemoryAgain():
        assert replace_convolutions(block, {"dense": kernel}) == 0
    assert words in caplog.text


def test_a_kernel_that_others_let_wait_is_used() -> None:
    assert replace_convolutions(Block(nn.Conv2d(12, 12, 3, padding=1), nn.ReLU()), {"dense": IsLetWait}) == 1


def test_the_depthwise_kernel_stays_out_where_there_is_none(caplog: pytest.LogCaptureFixture) -> None:
    """torch has it for CUDA alone; what it is given is what the operator's schema asks for."""
    block = Block(nn.Conv2d(12, 12, (1, 7), padding=(0, 3), groups=12), nn.ReLU())
    with caplog.at_level(logging.WARNING):
        assert replace_convolutions(block, {"depthwise": Depthwise}) == 0
    assert "_conv_depthwise2d" in caplog.text
    assert isinstance(block.activation, nn.ReLU)


SERVED: dict[str, tuple[Callable[..., Any], str, Callable[[Any], Any], tuple[int, int]]] = {
    "detection": (PPOCRV6SmallDetForObjectDetection, "PP-OCRv6_small_det", lambda model: model, (320, 256)),
    "recognition": (AutoModelForTextRecognition.from_config, DEFAULT_RECOGNISER, lambda model: model, (48, 320)),
    "tables": (SLANetForTableRecognition, "SLANet_plus", lambda model: model.backbone, (256, 256)),
    "layout": (PPDocLayoutV3ForObjectDetection, "PP-DocLayoutV3", lambda model: model.model.backbone.model, (256, 256)),
}


@pytest.mark.parametrize("name", SERVED)
@torch.inference_mode()
def test_a_served_model_says_the_same_with_all_of_them_replaced(name: str) -> None:
    build, folder, part, (height, width) = SERVED[name]
    model = part(load_checkpoint(build, Settings().models_dir / folder, CPU))
    maps = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(2))
    maps = maps.sub_(0.5).contiguous(memory_format=torch.channels_last)

    def said() -> list[torch.Tensor]:
        output = model(maps)
        return [output.last_hidden_state] if "last_hidden_state" in output else list(output.feature_maps)

    expected = said()
    convolutions = sum(isinstance(module, nn.Conv2d) for module in model.modules())
    assert replace_convolutions(model, {"pointwise": Pointwise, "dense": WithRelu}) > convolutions / 3
    for found, before in zip(said(), expected, strict=True):
        assert float((found - before).abs().max() / before.abs().max()) < 1e-4


@pytest.mark.parametrize("name", SERVED)
def test_no_depthwise_convolution_of_a_served_model_is_left(name: str) -> None:
    """cuDNN takes longest to plan for these."""
    build, folder, _, _ = SERVED[name]
    model = load_checkpoint(build, Settings().models_dir / folder, CPU)
    grouped = sum(isinstance(module, nn.Conv2d) and module.groups > 1 for module in model.modules())
    assert grouped > 0
    assert replace_convolutions(model, {"depthwise": WithoutRelu}) == grouped


def test_a_processor_keeps_its_convolutions() -> None:
    block = Block(nn.Conv2d(12, 12, 1), nn.ReLU())
    assert serve_on_device(block, CPU) == 0
    assert isinstance(block.convolution, nn.Conv2d)


@pytest.mark.parametrize("device", ["cuda", "cpu"])
def test_short_factors_are_a_gpus_and_end_with_the_block(device: str) -> None:
    matmul = torch.backends.cuda.matmul
    with pytest.raises(ZeroDivisionError), products_in_tf32(torch.device(device)):
        assert matmul.allow_tf32 == (device == "cuda")
        assert (matmul.fp32_precision == "tf32") == (device == "cuda")
        raise ZeroDivisionError
    assert not matmul.allow_tf32
    assert matmul.fp32_precision != "tf32"
    assert torch.get_float32_matmul_precision() == "highest"
