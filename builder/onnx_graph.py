"""A published ONNX file -> its nodes and weights, with a record of which weights were used. Runs in the builder's
process.

In: the path of a graph exported by paddle2onnx. Out: nodes in topological order, and weights as torch tensors under
Paddle's parameter names (`conv2d_7.w_0`, `linear_3.b_0_deepcopy_41`), the only sign of what a weight is. Weights are
stored as initializers or `Constant` nodes, and reach their reader through chains of `Identity`; both are hidden here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from onnx import NodeProto, TensorProto, numpy_helper

from builder.errors import BuildError


class OnnxGraph:
    """The main graph of an ONNX file. `nodes` is in topological order. Raises what onnx raises on a file that is
    none."""

    def __init__(self, path: Path) -> None:
        graph = onnx.load(str(path)).graph
        self.file_name = path.name
        self.nodes: Sequence[NodeProto] = graph.node
        self._used: set[str] = set()
        self._weights: dict[str, TensorProto] = {tensor.name: tensor for tensor in graph.initializer}
        self._aliases: dict[str, str] = {}
        self._readers: defaultdict[str, list[NodeProto]] = defaultdict(list)
        for node in self.nodes:
            if node.op_type == "Constant":
                self._weights[node.output[0]] = node.attribute[0].t
            elif node.op_type == "Identity":
                self._aliases[node.output[0]] = self._resolve(node.input[0])
            else:
                for name in self.inputs(node):
                    self._readers[name].append(node)

    def _resolve(self, name: str) -> str:
        """The name behind chains of `Identity`."""
        return self._aliases.get(name, name)

    def inputs(self, node: NodeProto) -> list[str]:
        """The names that `node` reads, behind `Identity`."""
        return [self._resolve(name) for name in node.input]

    def readers(self, node: NodeProto) -> list[NodeProto]:
        """The nodes that read the first output of `node`, behind `Identity`."""
        return self._readers.get(node.output[0], [])

    def is_weight(self, name: str) -> bool:
        """Whether `name` is stored in the file, not computed."""
        return name in self._weights

    def weight(self, name: str) -> torch.Tensor:
        """The stored tensor, in its stored type, counted as used. Raises `BuildError` where there is none."""
        if name not in self._weights:
            raise BuildError(f"{self.file_name}: the graph has no weight {name}")
        self._used.add(name)
        return torch.from_numpy(numpy_helper.to_array(self._weights[name]).copy())

    def added_bias(self, node: NodeProto) -> str:
        """The name of the weight that an `Add` behind `node` adds. Raises `BuildError` unless there is just one."""
        names = [
            name
            for reader in self.readers(node)
            if reader.op_type == "Add"
            for name in self.inputs(reader)
            if self.is_weight(name)
        ]
        if len(names) != 1:
            raise BuildError(f"{self.file_name}: {len(names)} biases, not one, after {node.output[0]}")
        return names[0]

    def require_used(self, pattern: str) -> None:
        """Raises `BuildError` where a stored weight whose name matches `pattern` was not used."""
        unused = sorted(name for name in self._weights if re.match(pattern, name) and name not in self._used)
        if unused:
            raise BuildError(f"{self.file_name}: {len(unused)} weights have no place, the first is {unused[0]}")
