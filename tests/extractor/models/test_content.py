"""What keeps a model from seeing its padding."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from extractor.models.content import Content, see_content_only
from extractor.models.convolutions import DenseWithRelu, Depthwise, Pointwise

SIZES = torch.tensor([[4, 8], [8, 12], [8, 16]])


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last], ids=str)
class TestMaps:
    """Maps of pictures on a canvas of 8 x 16, halved."""

    def test_the_mean_is_that_of_the_content(self, memory: torch.memory_format) -> None:
        torch.manual_seed(1)
        maps = torch.randn(3, 5, 4, 8).contiguous(memory_format=memory)
        content = Content()
        content.within(8, 16, SIZES)
        for picture, (height, width), mean in zip(maps, SIZES.tolist(), content.mean(maps), strict=True):
            expected = picture[:, : height // 2, : width // 2].mean(dim=(1, 2))
            torch.testing.assert_close(mean[:, 0, 0], expected, atol=1e-6, rtol=1e-5)

    def test_what_is_beyond_is_cleared(self, memory: torch.memory_format) -> None:
        maps = torch.ones(3, 5, 4, 8).contiguous(memory_format=memory)
        content = Content()
        content.within(8, 16, SIZES)
        content.clear(maps)
        assert maps.sum(dim=(1, 2, 3)).tolist() == [5 * h * w / 4 for h, w in SIZES.tolist()]
        assert maps[0, :, :2, :4].all()

    def test_a_mean_of_large_values_stays_one_in_16_bits(self, memory: torch.memory_format) -> None:
        maps = torch.full((1, 2, 400, 400), 900.0, dtype=torch.float16).contiguous(memory_format=memory)
        content = Content()
        content.within(400, 400, torch.tensor([[320, 384]]))
        assert content.mean(maps).flatten().tolist() == pytest.approx([900.0, 900.0], rel=2e-3)


def test_whatever_is_wider_than_a_pixel_is_kept_from_the_padding() -> None:
    dense, depthwise, pixel = nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, (1, 7), groups=4), nn.Conv2d(4, 4, 1)
    model = nn.Sequential(
        dense,
        depthwise,
        pixel,
        DenseWithRelu(dense),
        Depthwise(depthwise),
        Pointwise(pixel, relu=False),
        nn.AdaptiveAvgPool2d(1),
    )
    see_content_only(model)
    assert [len(layer._forward_pre_hooks) for layer in model] == [1, 1, 0, 1, 1, 0, 0]
    assert not isinstance(model[-1], nn.AdaptiveAvgPool2d)
