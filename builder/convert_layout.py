"""PP-DocLayoutV3: the published ONNX graph -> a checkpoint of `PPDocLayoutV3ForObjectDetection`.

Runs in the builder's process.

In: `PP-DocLayoutV3.onnx` and the folder with the `config.json` of the class. Out: the tensors of `model.safetensors`.
Same detections as the graph, scores within 1e-3, boxes within half a pixel, same reading order.

Where the correspondence comes from: Paddle numbers its layers in the order of construction (`conv2d_0`, `linear_15`),
and layers of one kind that repeat in the decoder share a number and differ in a `_deepcopy_` suffix. Three parts of
the graph are not the class's own form:

- *RepVGG blocks* arrive fused: one 3x3 convolution with a bias instead of a 3x3 and a 1x1 branch, each with its batch
  normalisation. The 3x3 branch takes the fused kernel, its normalisation becomes the identity plus the bias, and the
  1x1 branch becomes zero: the same function at inference, but do not fine-tune from it.
- *Self-attention* has one fused input projection in Paddle; the export slices it into query, key and value.
- *Reading order*: the graph scores a pair antisymmetrically, S_ij = (q_i.k_j - q_j.k_i) / sqrt(64). The class reads
  only the upper triangle of L_ij = q_i.k_j / sqrt(d) and takes 1 - sigmoid below it. With d = 128,
  q' = sqrt(2) [q, k] and k' = [k, -q], L' equals S: the class expresses the published function exactly, with
  `global_pointer_head_size` 128. (Built the usual way, with 64, the order differs on 6 of 32 pages.)

Not in the graph, and zero here: the order heads of the five decoder layers before the last and the class embedding of
the denoising queries, which serve training only.

Source: PP-DocLayoutV3 of PaddleOCR, paddle2onnx export by its authors. Errors: `BuildError`.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import torch
from onnx import NodeProto
from transformers import PPDocLayoutV3Config, PPDocLayoutV3ForObjectDetection

from builder.checkpoint import Checkpoint
from builder.errors import BuildError
from builder.onnx_graph import OnnxGraph

# Epsilon of every normalisation in the graph.
NORM_EPSILON = 1e-5
# Names of weights that have to be placed.
WEIGHT = r"(conv2d|batch_norm2d|linear|layer_norm)_\d+\.|p2o\.pd_op\.slice\.\d+\.0$"
# Names of the sliced input projections of self-attention.
SLICED_PROJECTION = r"p2o\.pd_op\.slice\.\d+\.0$"
BACKBONE_CONVOLUTIONS = 80
DECODER_LAYERS = 6


def convert(original: Path, configuration: Path) -> dict[str, dict[str, torch.Tensor]]:
    """The tensors of `model.safetensors`, float32, by file name and tensor name.

    Raises `BuildError` for a weight that is missing, unused or misshapen.
    """
    graph = OnnxGraph(original)
    with torch.device("meta"):
        model = PPDocLayoutV3ForObjectDetection(PPDocLayoutV3Config.from_pretrained(configuration))
    checkpoint = Checkpoint(model, original.name)
    layers = _Layers(graph, checkpoint)
    _put_backbone(layers, checkpoint)
    _put_encoder(layers)
    _put_mask_head(layers)
    _put_decoder(layers)
    _put_reading_order(layers, checkpoint)
    _put_training_only(checkpoint)
    graph.require_used(WEIGHT)
    return {"model.safetensors": checkpoint.complete(tied=model.all_tied_weights_keys)}


class _Layers:
    """The graph's layers by kind and Paddle number, each with a way to put it into the checkpoint."""

    def __init__(self, graph: OnnxGraph, checkpoint: Checkpoint) -> None:
        self._graph = graph
        self._checkpoint = checkpoint
        self._convolutions: dict[int, NodeProto] = {}
        self._copies: dict[str, list[str]] = {}
        self._projections: list[tuple[str, str]] = []
        for node in graph.nodes:
            self._index(node)

    def _index(self, node: NodeProto) -> None:
        """Records the node's weights. Raises `BuildError` for a normalisation with another epsilon."""
        inputs = self._graph.inputs(node)
        for name in inputs:
            if re.match(r"(linear|layer_norm)_\d+\.[wb]_0", name) and self._graph.is_weight(name):
                copies = self._copies.setdefault(name.split("_deepcopy")[0], [])
                if name not in copies:
                    copies.append(name)
        if node.op_type == "Conv":
            self._convolutions[int(inputs[1].removeprefix("conv2d_").split(".")[0])] = node
        elif node.op_type == "MatMul" and self._graph.is_weight(inputs[1]) and re.match(SLICED_PROJECTION, inputs[1]):
            self._projections.append((inputs[1], self._graph.added_bias(node)))
        elif node.op_type in ("BatchNormalization", "LayerNormalization"):
            epsilon = next(attribute.f for attribute in node.attribute if attribute.name == "epsilon")
            if abs(epsilon - NORM_EPSILON) > 1e-9:
                raise BuildError(f"{self._graph.file_name}: a normalisation has epsilon {epsilon}")

    def put_convolution(self, prefix: str, number: int) -> None:
        """Stores a convolution and its bias, which the graph adds in a node of its own."""
        node = self._convolutions[number]
        self._checkpoint.put(f"{prefix}.weight", self._kernel(number))
        self._checkpoint.put(f"{prefix}.bias", self._graph.weight(self._graph.added_bias(node)).reshape(-1))

    def put_normalised(self, convolution: str, normalisation: str, number: int) -> None:
        """Stores a convolution without bias, and the batch normalisation behind it."""
        (reader,) = self._graph.readers(self._convolutions[number])
        weight, bias, mean, variance = (self._graph.weight(name) for name in self._graph.inputs(reader)[1:5])
        self._checkpoint.put(f"{convolution}.weight", self._kernel(number))
        self._checkpoint.put_batch_norm(normalisation, weight, bias, mean, variance)

    def put_fused_repvgg(self, prefix: str, number: int) -> None:
        """Stores a fused RepVGG block as two branches, the second zero (see the module's docstring)."""
        kernel = self._kernel(number)
        bias = self._graph.weight(self._graph.added_bias(self._convolutions[number])).reshape(-1)
        one, zero = torch.ones_like(bias), torch.zeros_like(bias)
        self._checkpoint.put(f"{prefix}.conv1.conv.weight", kernel)
        self._checkpoint.put_zeros(f"{prefix}.conv2.conv.weight")
        for branch, branch_bias in (("conv1", bias), ("conv2", zero)):
            variance = torch.full_like(bias, 1.0 - NORM_EPSILON)  # with epsilon added, the scale is exactly 1
            self._checkpoint.put_batch_norm(f"{prefix}.{branch}.norm", one, branch_bias, zero, variance)

    def put_linear(self, prefix: str, number: int, copy: int = 0, copies: int = 1) -> None:
        """Stores a linear layer, the `copy`-th of `copies` that share a number. Paddle's layout is (in, out)."""
        weight, bias = self.linear(number, copy, copies)
        self._checkpoint.put(f"{prefix}.weight", weight)
        self._checkpoint.put(f"{prefix}.bias", bias)

    def linear(self, number: int, copy: int = 0, copies: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
        """Weight (out, in) and bias of a linear layer."""
        return self._shared_weight(f"linear_{number}.w_0", copy, copies).T, self._shared_weight(
            f"linear_{number}.b_0", copy, copies
        )

    def put_layer_norm(self, prefix: str, number: int, copy: int = 0, copies: int = 1) -> None:
        """Stores a layer normalisation, the `copy`-th of `copies` that share a number."""
        self._checkpoint.put(f"{prefix}.weight", self._shared_weight(f"layer_norm_{number}.w_0", copy, copies))
        self._checkpoint.put(f"{prefix}.bias", self._shared_weight(f"layer_norm_{number}.b_0", copy, copies))

    def put_projections(self, prefix: str, attention: int) -> None:
        """Stores query, key and value of a self-attention; `attention` counts over the whole graph."""
        sliced = self._projections[3 * attention : 3 * attention + 3]
        for projection, (weight, bias) in zip(("q_proj", "k_proj", "v_proj"), sliced, strict=True):
            self._checkpoint.put(f"{prefix}.{projection}.weight", self._graph.weight(weight).T)
            self._checkpoint.put(f"{prefix}.{projection}.bias", self._graph.weight(bias))

    def _kernel(self, number: int) -> torch.Tensor:
        """The kernel of a convolution."""
        return self._graph.weight(self._graph.inputs(self._convolutions[number])[1])

    def _shared_weight(self, name: str, copy: int, copies: int) -> torch.Tensor:
        """The weight of one of several layers that share a number. Raises `BuildError` for another count."""
        found = self._copies.get(name, [])
        if len(found) != copies:
            raise BuildError(f"{self._graph.file_name}: {len(found)} weights called {name}, not {copies}")
        return self._graph.weight(found[copy])


def _put_backbone(layers: _Layers, checkpoint: Checkpoint) -> None:
    """HGNetV2-L: both sides build its 80 convolutions in the same order. Then the three input projections."""
    suffix = ".convolution.weight"
    prefixes = [
        name.removesuffix(suffix)
        for name in checkpoint.shapes
        if name.startswith("model.backbone.") and name.endswith(suffix)
    ]
    for prefix, number in zip(prefixes, range(BACKBONE_CONVOLUTIONS), strict=True):
        layers.put_normalised(f"{prefix}.convolution", f"{prefix}.normalization", number)
    for level in range(3):
        projection = f"model.encoder_input_proj.{level}"
        layers.put_normalised(f"{projection}.0", f"{projection}.1", BACKBONE_CONVOLUTIONS + level)


def _put_encoder(layers: _Layers) -> None:
    """The transformer layer on the coarsest level (AIFI), then the top-down and bottom-up paths.

    Paddle builds, per level, the lateral or downsampling convolution and then the two of the CSP block; the seven
    numbers in between are the RepVGG branches of training. The fused kernels got new numbers at export, from 130.
    """
    attention = "model.encoder.aifi.0.layers.0"
    layers.put_projections(f"{attention}.self_attn", 0)
    layers.put_linear(f"{attention}.self_attn.o_proj", 0)
    layers.put_layer_norm(f"{attention}.self_attn_layer_norm", 0)
    layers.put_linear(f"{attention}.mlp.fc1", 1)
    layers.put_linear(f"{attention}.mlp.fc2", 2)
    layers.put_layer_norm(f"{attention}.final_layer_norm", 1)

    fused = 130
    for before, block, number in (
        ("lateral_convs.0", "fpn_blocks.0", 83),
        ("lateral_convs.1", "fpn_blocks.1", 92),
        ("downsample_convs.0", "pan_blocks.0", 101),
        ("downsample_convs.1", "pan_blocks.1", 110),
    ):
        names = (before, f"{block}.conv1", f"{block}.conv2")
        for offset, name in enumerate(names):
            layers.put_normalised(f"model.encoder.{name}.conv", f"model.encoder.{name}.norm", number + offset)
        for bottleneck in range(3):
            layers.put_fused_repvgg(f"model.encoder.{block}.bottlenecks.{bottleneck}", fused)
            fused += 1


def _put_mask_head(layers: _Layers) -> None:
    """The mask head of the encoder."""
    for offset, name in enumerate(
        (
            "mask_feature_head.scale_heads.0.layers.0",
            "mask_feature_head.scale_heads.1.layers.0",
            "mask_feature_head.scale_heads.2.layers.0",
            "mask_feature_head.scale_heads.2.layers.2",
            "mask_feature_head.output_conv",
            "encoder_mask_lateral",
            "encoder_mask_output.base_conv",
        )
    ):
        prefix = f"model.encoder.{name}"
        layers.put_normalised(f"{prefix}.convolution", f"{prefix}.normalization", 119 + offset)
    layers.put_convolution("model.encoder.encoder_mask_output.conv", 126)


def _put_decoder(layers: _Layers) -> None:
    """Query selection, then the decoder's layers."""
    for level in range(3):
        projection = f"model.decoder_input_proj.{level}"
        layers.put_normalised(f"{projection}.0", f"{projection}.1", 127 + level)
    layers.put_linear("model.enc_output.0", 15)
    layers.put_layer_norm("model.enc_output.1", 5)
    layers.put_linear("model.enc_score_head", 16)
    for index in range(3):
        layers.put_linear(f"model.enc_bbox_head.layers.{index}", 17 + index)
        layers.put_linear(f"model.mask_query_head.layers.{index}", 12 + index)
    for index in range(2):
        layers.put_linear(f"model.decoder.query_pos_head.layers.{index}", 10 + index)
    layers.put_layer_norm("model.decoder_norm", 6)
    for layer in range(DECODER_LAYERS):
        prefix = f"model.decoder.layers.{layer}"
        layers.put_projections(f"{prefix}.self_attn", 1 + layer)
        for name, number in (
            ("self_attn.o_proj", 3),
            ("encoder_attn.sampling_offsets", 4),
            ("encoder_attn.attention_weights", 5),
            ("encoder_attn.value_proj", 6),
            ("encoder_attn.output_proj", 7),
            ("mlp.fc1", 8),
            ("mlp.fc2", 9),
        ):
            layers.put_linear(f"{prefix}.{name}", number, layer, DECODER_LAYERS)
        for name, number in (("self_attn_layer_norm", 2), ("encoder_attn_layer_norm", 3), ("final_layer_norm", 4)):
            layers.put_layer_norm(f"{prefix}.{name}", number, layer, DECODER_LAYERS)


def _put_reading_order(layers: _Layers, checkpoint: Checkpoint) -> None:
    """The order head of the last decoder layer, and the pair scores in their antisymmetric form."""
    layers.put_linear(f"model.decoder_order_head.{DECODER_LAYERS - 1}", 25)
    weight, bias = layers.linear(26)
    root = math.sqrt(2)
    for name, tensor in (("weight", weight), ("bias", bias)):
        query, key = tensor.chunk(2)
        antisymmetric = torch.cat([root * query, root * key, key, -query])
        checkpoint.put(f"model.decoder_global_pointer.dense.{name}", antisymmetric)


def _put_training_only(checkpoint: Checkpoint) -> None:
    """Zeros for tensors that only training reads."""
    for layer in range(DECODER_LAYERS - 1):
        checkpoint.put_zeros(f"model.decoder_order_head.{layer}.weight")
        checkpoint.put_zeros(f"model.decoder_order_head.{layer}.bias")
    checkpoint.put_zeros("model.denoising_class_embed.weight")
