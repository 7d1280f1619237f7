"""The serving graph against transformers' own forward pass, with the real weights and with random ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import PPDocLayoutV3Config, PPDocLayoutV3ForObjectDetection

from extractor.models.checkpoint import fold_batch_norm, load_checkpoint
from extractor.models.layout import MODEL
from extractor.models.layout_graph import LayoutGraph, boxes_around
from extractor.settings import Settings
from tests import documents

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")


def pages() -> torch.Tensor:
    """Two pages as the model sees them, (2, 3, 800, 800) in [0, 1]."""
    pictures = [documents.picture(pdf).resize((800, 800)) for pdf in (documents.invoice_pdf(), text_page())]
    return torch.stack([torch.from_numpy(np.array(picture)).permute(2, 0, 1) for picture in pictures]).float() / 255


def text_page() -> bytes:
    return documents.text_pdf([["The minutes of the meeting were read and approved."] * 30])


@torch.inference_mode()
def test_graph_says_what_transformers_says() -> None:
    batch = pages()
    expected = load_checkpoint(PPDocLayoutV3ForObjectDetection, Settings().models_dir / MODEL, CPU)(batch)
    checkpoint = load_checkpoint(PPDocLayoutV3ForObjectDetection, Settings().models_dir / MODEL, CPU)
    logits, boxes, order = LayoutGraph(checkpoint, torch.float32)(batch)
    regions = logits.sigmoid().amax(dim=-1) > 0.3
    assert regions.any(dim=1).all()
    torch.testing.assert_close(logits, expected.logits, atol=2e-3, rtol=0)
    torch.testing.assert_close(boxes, expected.pred_boxes, atol=1e-4, rtol=0)
    # Nothing is read of queries that are no region: there rounding is large, and another on each kind of processor.
    for ours, theirs, some in zip(order, expected.order_logits, regions, strict=True):
        torch.testing.assert_close(ours[some][:, some], theirs[some][:, some], atol=1e-2, rtol=1e-4)


@torch.inference_mode()
def test_branches_of_the_encoder_are_added() -> None:
    torch.manual_seed(7)
    config = PPDocLayoutV3Config.from_pretrained(Settings().models_dir / MODEL)
    model = PPDocLayoutV3ForObjectDetection(config).eval().requires_grad_(False)
    fold_batch_norm(model)
    block = model.model.encoder.fpn_blocks[0].bottlenecks[0]
    block.conv2.conv.bias += 0.25
    features = torch.randn(1, block.conv1.conv.in_channels, 9, 7)
    expected = block(features)
    graph = LayoutGraph(model, torch.float32)
    torch.testing.assert_close(graph.encoder.fpn_blocks[0].bottlenecks[0](features), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("rows", "columns", "box"),
    [
        ((2, 5), (1, 4), (2.5 / 10, 3.5 / 8, 3 / 10, 3 / 8)),
        ((0, 8), (0, 10), (0.5, 0.5, 1.0, 1.0)),
        ((7, 8), (9, 10), (0.95, 7.5 / 8, 0.1, 1 / 8)),
        ((3, 3), (4, 4), (0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_box_is_that_around_the_mask(
    rows: tuple[int, int], columns: tuple[int, int], box: tuple[float, float, float, float]
) -> None:
    masks = torch.zeros(2, 3, 8, 10, dtype=torch.bool)
    masks[1, 2, slice(*rows), slice(*columns)] = True
    found = boxes_around(masks)
    assert found[1, 2].tolist() == pytest.approx(box)
    assert not found[0].any()
