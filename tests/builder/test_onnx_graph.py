"""A published graph: which of its weights a conversion has used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from builder.errors import BuildError
from builder.onnx_graph import OnnxGraph

LAYERS = r"linear_\d+\."


def test_a_weight_that_was_not_used_is_an_error(tmp_path: Path) -> None:
    weights = [
        numpy_helper.from_array(np.full(2, number, np.float32), name)
        for number, name in enumerate(("linear_0.w_0", "linear_1.w_0", "scale"))
    ]
    graph = helper.make_graph([], "graph", [], [], initializer=weights)
    onnx.save(helper.make_model(graph), str(tmp_path / "published.onnx"))
    published = OnnxGraph(tmp_path / "published.onnx")

    published.weight("linear_0.w_0")
    with pytest.raises(BuildError, match=r"^published\.onnx: 1 weights have no place, the first is linear_1\.w_0$"):
        published.require_used(LAYERS)
    assert published.weight("linear_1.w_0").tolist() == [1.0, 1.0]
    published.require_used(LAYERS)
