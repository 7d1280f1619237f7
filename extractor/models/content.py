"""Keeps a convolutional model from seeing the padding of its input. In the worker.

A page picture or crop fills the top left corner of its canvas, a line the left of its shape. Two kinds of layers would
see what lies beyond. A convolution or pooling wider than a pixel needs 0 there, as beyond the edge of an input that is
not padded. An average over the whole map (squeeze-and-excitation) has to be that of the content. With both kept, and
with attention kept from the padding (`text_recognition.py`), a padded input gives the map that it gives alone, if its
sides are multiples of what the model divides them by.

What a map has beyond its content is never read, so it is cleared in place. One thread at a time runs a model.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from .convolutions import DenseWithRelu, Depthwise


class Content:
    """Which part of the running batch's maps is content; all of it where `within` was never called."""

    def __init__(self) -> None:
        self._shape = (0, 0)
        self._sizes: torch.Tensor | None = None
        self._known: dict[tuple[int, int], tuple[torch.Tensor, torch.Tensor]] = {}

    def within(self, height: int, width: int, sizes: torch.Tensor) -> None:
        """Set the next batch's size, in pixels; `sizes` (inputs, 2) are the heights and widths of its contents."""
        # A processor can look before it works; on a GPU a graph has to do the same for all contents.
        whole = sizes.device.type == "cpu" and bool((sizes == torch.tensor([height, width])).all())
        self._shape, self._sizes = (height, width), None if whole else sizes
        self._known.clear()

    def clear(self, maps: torch.Tensor) -> None:
        """Set what is beyond the content to 0, in place; `maps` is (inputs, channels, H, W)."""
        if self._sizes is not None:
            rows, columns = self._inside(maps)
            maps.mul_((rows.unsqueeze(-1) & columns.unsqueeze(-2)).unsqueeze(1))

    def mean(self, maps: torch.Tensor) -> torch.Tensor:
        """The mean over the content: (inputs, channels, 1, 1)."""
        if self._sizes is None:
            return functional.adaptive_avg_pool2d(maps, 1)
        rows, columns = self._inside(maps)
        # Along the rows first: in 16 bits a sum over the whole map would end at 65,504.
        along = (columns / columns.sum(dim=1, keepdim=True)).to(maps.dtype)
        down = rows / rows.sum(dim=1, keepdim=True)
        inputs, channels, height, width = maps.shape
        if maps.is_contiguous():
            means = torch.bmm(maps.view(inputs, channels * height, width), along[:, :, None])
            means = means.view(inputs, channels, height)
        else:
            # Channels last in memory: a product for each row of each picture.
            by_rows = maps.permute(0, 2, 3, 1).reshape(inputs * height, width, channels)
            each = along[:, None].expand(inputs, height, width).reshape(inputs * height, 1, width)
            means = torch.bmm(each, by_rows)
            means = means.view(inputs, height, channels).transpose(1, 2)
        return torch.bmm(means.float(), down[:, :, None]).to(maps.dtype)[..., None]

    def columns(self, width: int) -> torch.Tensor | None:
        """Which of `width` columns, or steps, are content: (inputs, width) bool; None where all are."""
        if self._sizes is None:
            return None
        return self._leading(self._sizes[:, 1], self._shape[1], width)

    def _inside(self, maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Which rows (inputs, H) and columns (inputs, W) of these maps are content, bool."""
        assert self._sizes is not None
        height, width = maps.shape[-2:]
        if (height, width) not in self._known:
            self._known[height, width] = (
                self._leading(self._sizes[:, 0], self._shape[0], height),
                self._leading(self._sizes[:, 1], self._shape[1], width),
            )
        return self._known[height, width]

    @staticmethod
    def _leading(sizes: torch.Tensor, whole: int, cells: int) -> torch.Tensor:
        """(inputs, cells) bool: the cells, out of those of the `whole` side, that lie within each size."""
        # A map may have a row or a column more, for a pooling or a convolution that needs it.
        stride = round(whole / cells)
        return torch.arange(cells, device=sizes.device) * stride < sizes[:, None]


class ContentMean(nn.Module):
    """Adaptive average pooling to one pixel, of the content alone."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content = content

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """The mean of each map's content: (inputs, channels, H, W) -> (inputs, channels, 1, 1)."""
        return self._content.mean(maps)


def see_content_only(model: nn.Module) -> Content:
    """What tells the model's convolutions and averages which part of a batch they may see.

    Call it after the convolutions were replaced by those that serve: one that replaces a hooked one would see the
    padding.
    """
    content = Content()

    def clear(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        content.clear(inputs[0])

    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.AdaptiveAvgPool2d):
                module._modules[name] = ContentMean(content)
            elif isinstance(child, nn.Conv2d | Depthwise | DenseWithRelu) and max(child.weight.shape[2:]) > 1:
                child.register_forward_pre_hook(clear)
    return content
