"""Functions of tensors -> CUDA graphs of them, one for each shape: launched at once instead of kernel by kernel.

In the worker, in the thread that owns the device. A graph is captured on the thread and the stream that replay it:
cuDNN's plans and cuBLAS's handles belong to a thread. All graphs of a pool can share memory because one stream runs
them one after the other. That stream must not be the default one, which cannot be captured.

A captured function launches kernels on the current stream, with inputs and weights that stay where they are. It draws
no random numbers, waits for nothing and looks at no value. `cudnn.benchmark` stays off: it would try out algorithms
within the capture.

On a processor nothing is captured: the function is called.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import torch

log = logging.getLogger("extractor")

Tensors = tuple[torch.Tensor, ...]
Replay = Callable[[], object]


class Capturing(Protocol):
    """What `Graphs` needs of a pool: a run captured, to be repeated."""

    def capture(self, run: Callable[[], Tensors]) -> tuple[Replay, Tensors]:
        """A function that repeats all that `run` launches, and the tensors that then hold its results."""


class GraphPool:
    """Device memory that the graphs of one stream share, of all models: little more than the largest graph takes.

    Capture that one first. `captured` is the number of shapes that have a graph here.
    """

    def __init__(self, device: torch.device) -> None:
        self._device: int = torch.cuda.current_device() if device.index is None else device.index
        self._handle = torch.cuda.graph_pool_handle()
        # How many shapes have a graph here.
        self.captured = 0

    @property
    def held_bytes(self) -> int:
        """The bytes of device memory that the pool has reserved. The driver has some more for the graphs themselves."""
        segments: Any = torch.cuda.memory_snapshot(self._handle)  # type: ignore[no-untyped-call]
        return sum(int(segment["total_size"]) for segment in segments)

    def capture(self, run: Callable[[], Tensors]) -> tuple[Replay, Tensors]:
        """A function that repeats all that `run` launches, and the tensors that then hold its results.

        They stay allocated: no other graph of the pool writes there. Raises `RuntimeError` where the run cannot be
        captured; stream and allocator are then as they were.
        """
        stream = torch.cuda.current_stream()
        graph = torch.cuda.CUDAGraph()
        try:
            # Not by `torch.cuda.graph`, which waits for the whole device and gives its cached memory back. Other
            # threads may allocate meanwhile: only what this one does can break the capture.
            graph.capture_begin(pool=self._handle, capture_error_mode="thread_local")
            try:
                results = run()
            finally:
                graph.capture_end()
        except BaseException:
            # Where the driver refuses to end a capture, the allocator is not told that it has ended.
            with suppress(RuntimeError):
                torch._C._cuda_endAllocateToPool(self._device, self._handle)
            raise

        def replay() -> None:
            if torch.cuda.current_stream() != stream:
                raise RuntimeError("a graph is replayed on the stream that it was captured on")
            graph.replay()

        self.captured += 1
        return replay, results


@dataclass(frozen=True, slots=True)
class _Graph:
    """A shape's inputs, which stay where they are. If it is captured: how to replay it, and where its results are."""

    inputs: Tensors
    replay: Replay | None = None
    results: Tensors = ()


class Graphs:
    """A function of tensors, with a graph for each shape key.

    `function(*inputs)` gives a tuple of tensors, none of which is one of its inputs; `inputs(key)` makes the inputs of
    a shape. Both are called in inference mode. `pool` is None on a processor.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., Tensors],
        inputs: Callable[[Any], Tensors],
        pool: Capturing | None,
    ) -> None:
        self._name = name
        self._function = function
        self._inputs = inputs
        self._pool = pool
        self._graphs: dict[Hashable, _Graph] = {}

    def run(self, key: Hashable, fill: Callable[..., object]) -> Tensors:
        """The function's results for inputs that `fill(*inputs)` has written, in the order of the current stream.

        Before `fill`, the inputs of a captured shape hold what they held last, those of another one what `inputs` put
        there. The results of a captured shape are the same tensors each time: copy them, in the same stream, before it
        runs again. A shape that is not captured yet runs eagerly. Raises what the function raises.
        """
        with torch.inference_mode():
            graph = self._graphs.get(key)
            inputs = self._inputs(key) if graph is None else graph.inputs
            fill(*inputs)
            if graph is None or graph.replay is None:
                return self._function(*inputs)
            graph.replay()
            return graph.results

    def warm(self, key: Hashable) -> None:
        """Run a shape once and, with a pool, capture it, unless that was done or has failed before.

        Raises what the function raises; a run that cannot be captured is one warning.
        """
        if key in self._graphs:
            return
        with torch.inference_mode():
            if self._pool is None:
                self._function(*self._inputs(key))
                return
            # These inputs are also written outside of inference mode.
            with torch.inference_mode(False), torch.no_grad():
                inputs = self._inputs(key)
            # A first call chooses, loads and allocates, which must not happen within the graph.
            self._function(*inputs)
            try:
                replay, results = self._pool.capture(lambda: self._function(*inputs))
                replay()  # the first launch of a graph uploads it
            except RuntimeError as error:
                log.warning("%s: no graph for %s, it runs kernel by kernel: %s", self._name, key, error)
                self._graphs[key] = _Graph(inputs)
            else:
                self._graphs[key] = _Graph(inputs, replay, results)

    def is_ready(self, key: Hashable) -> bool:
        """Whether a batch of this shape runs at once: the shape is prepared, or needs no preparation."""
        return self._pool is None or key in self._graphs

    @property
    def captured(self) -> int:
        """The number of shapes that have a graph."""
        return sum(graph.replay is not None for graph in self._graphs.values())

    @property
    def input_bytes(self) -> int:
        """The bytes of device memory of the kept inputs; `GraphPool.held_bytes` has the rest."""
        return sum(tensor.nbytes for graph in self._graphs.values() for tensor in graph.inputs)
