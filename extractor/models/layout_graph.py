"""PP-DocLayoutV3's forward pass for serving: the checkpoint's own modules, without the work that boxes do not need.

In the worker. In: pages (pages, 3, 800, 800). Out: logits (pages, queries, labels), boxes (pages, queries, 4: centre
and size, as shares of the page) and the order head's logits (pages, queries, queries). In float32 they equal those of
transformers' `PPDocLayoutV3ForObjectDetection`, at half its cost on a CPU. What is left out or done otherwise:

- masks: the first boxes of the decoder's queries are those around their masks; the rows and columns that a mask touches
  say as much as its 40,000 pixels' coordinates. The decoder's own masks, the boxes of the encoder's proposals and the
  logits of every layer but the last have no part in the result.
- one matrix product projects the encoder's memory for all decoder layers.
- RepVGG branches (3x3 and 1x1) are one convolution; activations overwrite their input.
- nothing waits for the device: no value of a tensor is looked at.

`features_dtype` is the type of the backbone and the encoder, nearly all of the cost. The decoder stays in float32, for
coordinates have more digits than 16 bits hold. On a GPU the factors of its products have 10 bits (TF32): a page takes
1.97 ms instead of 2.26 (H100, 16 pages in a batch). Rounded so on a processor, 10 digital pages kept all of their 111
regions and labels; no edge moved by more than 0.03 pixels of 144 dpi, no score by more than 0.0005.

Source: transformers, `modeling_pp_doclayout_v3.py`; RT-DETR: Zhao et al., "DETRs Beat YOLOs on Real-time Object
Detection" (2023); RepVGG: Ding et al. (2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from .convolutions import products_in_tf32

Shapes = tuple[tuple[int, int], ...]


class LayoutGraph(nn.Module):
    """Serves a `PPDocLayoutV3ForObjectDetection` whose batch normalisation is folded; takes its modules over.

    In: pages (pages, 3, 800, 800). Out: what `forward` gives.
    """

    def __init__(self, model: Any, features_dtype: torch.dtype) -> None:
        super().__init__()
        body = model.model
        for stage in (*body.encoder.fpn_blocks, *body.encoder.pan_blocks):
            stage.bottlenecks = nn.Sequential(*(_one_convolution(block) for block in stage.bottlenecks))
        for module in body.modules():
            if isinstance(module, nn.ReLU | nn.SiLU):
                module.inplace = True
        self.backbone = body.backbone.model
        self.encoder_input = body.encoder_input_proj
        self.encoder = body.encoder
        for part in (self.backbone, self.encoder_input, self.encoder):
            part.to(features_dtype)
        self.features_dtype = features_dtype
        self.decoder_input = body.decoder_input_proj
        self.proposal = body.enc_output
        self.proposal_score = body.enc_score_head
        self.mask_query = body.mask_query_head
        self.norm = body.decoder_norm
        self.layers = body.decoder.layers
        self.query_position = body.decoder.query_pos_head
        self.box_head = body.decoder.bbox_embed
        self.label_head = body.decoder.class_embed
        self.order_projection = body.decoder_order_head[len(self.layers) - 1]
        self.order_head = body.decoder_global_pointer
        attention = [layer.encoder_attn for layer in self.layers]
        self.value_weight = nn.Buffer(torch.cat([part.value_proj.weight for part in attention]))
        self.value_bias = nn.Buffer(torch.cat([part.value_proj.bias for part in attention]))
        self._anchors = body.generate_anchors
        self._queries = int(body.config.num_queries)

    def forward(self, pages: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The logits (pages, queries, labels), the boxes (pages, queries, 4: centre and size, as shares of the page),
        and the order logits (pages, queries, queries).

        `pages` is (pages, 3, 800, 800).
        """
        first, *maps = self.backbone(pages.to(self.features_dtype)).feature_maps
        maps = [project(features) for project, features in zip(self.encoder_input, maps, strict=True)]
        encoded = self.encoder(maps, [first])
        with products_in_tf32(pages.device):
            levels = [
                project(features.float())
                for project, features in zip(self.decoder_input, encoded.last_hidden_state, strict=True)
            ]
            shapes: Shapes = tuple((int(level.shape[2]), int(level.shape[3])) for level in levels)
            memory = torch.cat([level.flatten(2).transpose(1, 2) for level in levels], dim=1)
            queries, boxes = self._propose(memory, encoded.mask_feat.float(), shapes)
            return self._decode(queries, boxes, memory, shapes)

    def _propose(
        self, memory: torch.Tensor, mask_features: torch.Tensor, shapes: Shapes
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The encoder's best proposals: queries (pages, queries, width) and boxes (pages, queries, 4)."""
        _, inside = self._anchors(shapes, device=memory.device, dtype=memory.dtype)
        proposals = self.proposal(memory * inside)
        best = self.proposal_score(proposals).amax(dim=-1).topk(self._queries, dim=1).indices
        queries = proposals.gather(1, best.unsqueeze(-1).expand(-1, -1, proposals.shape[-1]))
        masks = torch.bmm(self.mask_query(self.norm(queries)), mask_features.flatten(2)) > 0
        boxes = boxes_around(masks.view(*masks.shape[:2], *mask_features.shape[-2:])).to(memory.dtype)
        return queries, torch.sigmoid(_inverse_sigmoid(boxes))

    def _decode(
        self, queries: torch.Tensor, boxes: torch.Tensor, memory: torch.Tensor, shapes: Shapes
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        values = self._values(memory, shapes)
        for index, layer in enumerate(self.layers):
            position = self.query_position(boxes)
            attended, _ = layer.self_attn(queries, position_embeddings=position)
            queries = layer.self_attn_layer_norm(queries + attended)
            attended = _attend(layer.encoder_attn, queries + position, boxes, [level[index] for level in values])
            queries = layer.encoder_attn_layer_norm(queries + attended)
            queries = layer.final_layer_norm(queries + layer.mlp(queries))
            boxes = torch.sigmoid(self.box_head(queries) + _inverse_sigmoid(boxes))
        normed = self.norm(queries)
        return self.label_head(normed), boxes, self.order_head(self.order_projection(normed))

    def _values(self, memory: torch.Tensor, shapes: Shapes) -> list[torch.Tensor]:
        """The memory as each decoder layer attends to it, by level: (layers, pages x heads, width, height, width of the
        level)."""
        count, heads = len(self.layers), int(self.layers[0].encoder_attn.n_heads)
        pages, length, width = memory.shape
        values = functional.linear(memory, self.value_weight, self.value_bias)
        values = values.view(pages, length, count, heads, width // heads).permute(2, 0, 3, 4, 1)
        parts = torch.split(values, [height * across for height, across in shapes], dim=-1)
        return [
            part.reshape(count, pages * heads, width // heads, height, across)
            for part, (height, across) in zip(parts, shapes, strict=True)
        ]


def _attend(attention: Any, queries: torch.Tensor, boxes: torch.Tensor, values: Sequence[torch.Tensor]) -> torch.Tensor:
    """Deformable attention (Zhu et al., 2021): each query attends to some points around its box, in every level."""
    pages, count, width = queries.shape
    heads, levels, points = attention.n_heads, attention.n_levels, attention.n_points
    offsets = attention.sampling_offsets(queries).view(pages, count, heads, levels, points, 2)
    weights = attention.attention_weights(queries).view(pages, count, heads, levels * points).softmax(dim=-1)
    around = boxes[:, :, None, None, None, :]
    at = around[..., :2] + offsets * around[..., 2:] * (0.5 / points)
    # (pages, queries, heads, levels, points, 2) -> for each level (pages x heads, queries, points, 2), in [-1, 1]
    grids = (2 * at - 1).permute(3, 0, 2, 1, 4, 5).flatten(1, 2)
    seen = [
        functional.grid_sample(value, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
        for value, grid in zip(values, grids, strict=True)
    ]
    weights = weights.transpose(1, 2).reshape(pages * heads, 1, count, levels * points)
    mixed = (torch.cat(seen, dim=-1) * weights).sum(dim=-1).view(pages, width, count).transpose(1, 2)
    attended: torch.Tensor = attention.output_proj(mixed)
    return attended


def boxes_around(masks: torch.Tensor) -> torch.Tensor:
    """The boxes around masks, (pages, queries, 4): centre x and y, width and height, as shares of the mask; zeros for
    an empty one.

    `masks` is (pages, queries, height, width) of bool, origin top left.
    """
    height, width = masks.shape[-2:]
    columns, rows = masks.any(dim=-2).to(torch.uint8), masks.any(dim=-1).to(torch.uint8)
    left, top = columns.argmax(dim=-1), rows.argmax(dim=-1)
    right, bottom = width - columns.flip(-1).argmax(dim=-1), height - rows.flip(-1).argmax(dim=-1)
    corners = torch.stack([left / width, top / height, right / width, bottom / height], dim=-1)
    corners = corners * columns.any(dim=-1).unsqueeze(-1)
    start, end = corners[..., :2], corners[..., 2:]
    return torch.cat([(start + end) / 2, end - start], dim=-1)


def _inverse_sigmoid(values: torch.Tensor, smallest: float = 1e-5) -> torch.Tensor:
    values = values.clamp(0, 1)
    return torch.log(values.clamp(min=smallest) / (1 - values).clamp(min=smallest))


def _one_convolution(block: Any) -> nn.Sequential:
    """A RepVGG block (a 3x3 and a 1x1 convolution of the same input, added) as one 3x3 convolution."""
    wide, narrow = block.conv1.conv, block.conv2.conv
    wide.weight = nn.Parameter(wide.weight + functional.pad(narrow.weight, (1, 1, 1, 1)), requires_grad=False)
    wide.bias = nn.Parameter(wide.bias + narrow.bias, requires_grad=False)
    return nn.Sequential(wide, block.activation)
