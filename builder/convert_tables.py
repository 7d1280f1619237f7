"""SLANet_plus: the published ONNX graph -> a checkpoint of `SLANetForTableRecognition`, and the cell-location head.

Runs in the builder's process.

In: `SLANet_plus.onnx` and the folder with the `config.json` of the class. Out, by file name:

- `model.safetensors`: every tensor of the class. Same structure tokens as the graph, probabilities within 1e-5.
- `location_head.safetensors`: four tensors that the class has no place for. At each decoding step the graph reads the
  hidden state of the step (256 values, what the structure head reads too) through two linear layers and a sigmoid and
  gets 8 values: the corners (x, y) of the cell that the step opens, clockwise from top left, as fractions of the
  padded square image. The names are the published model's: `head.loc_generator.fc1`, `head.loc_generator.fc2`.

Where the correspondence comes from: Paddle numbers its layers in the order of construction, and the transformers class
builds them in the same order, with two exceptions. Paddle builds a neck's downsampling and bottom-up blocks
alternately; and of a CSP layer it builds first the branch that feeds the bottlenecks, which transformers calls
`conv2`, then the short one, `conv1`.

Source: SLANet_plus of PaddleOCR (SLAHead), paddle2onnx export of RapidTable 2.0.0. Errors: `BuildError`.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch
from onnx import NodeProto
from transformers import SLANetConfig, SLANetForTableRecognition

from builder.checkpoint import Checkpoint
from builder.errors import BuildError
from builder.onnx_graph import OnnxGraph

# Epsilon of every normalisation in the graph.
BATCH_NORM_EPSILON = 1e-5
# Names of weights that have to be placed.
WEIGHT = r"(conv2d|batch_norm2d|linear|gru_cell)_\d+\."
HEAD = "head.structure_attention_cell"


def convert(original: Path, configuration: Path) -> dict[str, dict[str, torch.Tensor]]:
    """The tensors of `model.safetensors` and `location_head.safetensors`, float32, by file name and tensor name.

    Raises `BuildError` for a weight that is missing, unused or misshapen.
    """
    graph = OnnxGraph(original)
    with torch.device("meta"):
        model = SLANetForTableRecognition(SLANetConfig.from_pretrained(configuration))
    checkpoint = Checkpoint(model, original.name)
    _put_convolutions(graph, checkpoint)
    _put_structure_head(graph, checkpoint)
    location_head = _location_head(graph)
    graph.require_used(WEIGHT)
    return {"model.safetensors": checkpoint.complete(tied={}), "location_head.safetensors": location_head}


def _put_convolutions(graph: OnnxGraph, checkpoint: Checkpoint) -> None:
    """Stores every convolution with its bias or batch normalisation, by the order of construction."""
    nodes = sorted((node for node in graph.nodes if node.op_type == "Conv"), key=_paddle_number)
    prefixes = _convolutions_in_paddle_order(checkpoint)
    if len(nodes) != len(prefixes):
        raise BuildError(f"{graph.file_name}: {len(nodes)} convolutions, the model has {len(prefixes)}")
    for node, prefix in zip(nodes, prefixes, strict=True):
        inputs = graph.inputs(node)
        checkpoint.put(f"{prefix}.weight", graph.weight(inputs[1]))
        if len(inputs) > 2:
            checkpoint.put(f"{prefix}.bias", graph.weight(inputs[2]))
        else:
            weight, bias, mean, variance = (graph.weight(name) for name in _batch_norm_weights(graph, node))
            normalisation = f"{prefix.removesuffix('.convolution')}.normalization"
            checkpoint.put_batch_norm(normalisation, weight, bias, mean, variance)


def _paddle_number(node: NodeProto) -> int:
    """Paddle's number of the convolution."""
    return int(node.input[1].removeprefix("conv2d_").split(".")[0])


def _convolutions_in_paddle_order(checkpoint: Checkpoint) -> list[str]:
    """The prefixes of the class's convolutions, in the order in which Paddle builds them."""
    shapes = checkpoint.shapes
    prefixes = [
        name.removesuffix(".weight") for name, shape in shapes.items() if name.endswith(".weight") and len(shape) == 4
    ]
    alternating = [prefix for prefix in prefixes if _bottom_up_level(prefix) is not None]
    ordered = [prefix for prefix in prefixes if prefix not in alternating]
    # A stable sort: within one block the class's own order stays.
    ordered += sorted(alternating, key=lambda prefix: (_bottom_up_level(prefix), ".bottom_up_blocks." in prefix))
    for index, prefix in enumerate(tuple(ordered)):
        if re.search(r"(top_down|bottom_up)_blocks\.\d+\.conv1\.", prefix):
            ordered[index], ordered[index + 1] = ordered[index + 1], ordered[index]
    return ordered


def _bottom_up_level(prefix: str) -> int | None:
    """The level of the neck's bottom-up path that a convolution belongs to; None outside that path."""
    found = re.search(r"\.(?:downsamples|bottom_up_blocks)\.(\d+)\.", prefix)
    return int(found.group(1)) if found else None


def _batch_norm_weights(graph: OnnxGraph, convolution: NodeProto) -> list[str]:
    """The weights of the batch normalisation behind a convolution. Raises `BuildError` for another node."""
    (node,) = graph.readers(convolution)
    epsilon = next(attribute.f for attribute in node.attribute if attribute.name == "epsilon")
    if node.op_type != "BatchNormalization" or abs(epsilon - BATCH_NORM_EPSILON) > 1e-9:
        raise BuildError(f"{graph.file_name}: {convolution.input[1]} is followed by {node.op_type}, epsilon {epsilon}")
    return graph.inputs(node)[1:5]


def _put_structure_head(graph: OnnxGraph, checkpoint: Checkpoint) -> None:
    """Stores the attention, the GRU cell and the structure generator. Paddle's linear layout is (in, out)."""
    checkpoint.put(f"{HEAD}.input_to_hidden.weight", graph.weight("linear_0.w_0").T)
    checkpoint.put(f"{HEAD}.hidden_to_hidden.weight", graph.weight("linear_1.w_0").T)
    checkpoint.put(f"{HEAD}.hidden_to_hidden.bias", graph.weight("linear_1.b_0"))
    checkpoint.put(f"{HEAD}.score.weight", graph.weight("linear_2.w_0").T)
    checkpoint.put(f"{HEAD}.rnn.weight_ih", graph.weight("gru_cell_0.w_0"))
    checkpoint.put(f"{HEAD}.rnn.weight_hh", graph.weight("gru_cell_0.w_1"))
    checkpoint.put(f"{HEAD}.rnn.bias_ih", graph.weight("gru_cell_0.b_0"))
    checkpoint.put(f"{HEAD}.rnn.bias_hh", graph.weight("gru_cell_0.b_1"))
    for layer, number in (("fc1", 3), ("fc2", 4)):
        checkpoint.put(f"head.structure_generator.{layer}.weight", graph.weight(f"linear_{number}.w_0").T)
        checkpoint.put(f"head.structure_generator.{layer}.bias", graph.weight(f"linear_{number}.b_0"))


def _location_head(graph: OnnxGraph) -> dict[str, torch.Tensor]:
    """The cell-location head: (256 -> 256 -> 8), torch's layout (out, in), no activation between the layers."""
    tensors: dict[str, torch.Tensor] = {}
    for layer, number in (("fc1", 5), ("fc2", 6)):
        tensors[f"head.loc_generator.{layer}.weight"] = graph.weight(f"linear_{number}.w_0").T.contiguous()
        tensors[f"head.loc_generator.{layer}.bias"] = graph.weight(f"linear_{number}.b_0")
    return tensors
