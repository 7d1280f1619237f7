"""Tensors, one by one, under the names of a model class -> a complete state dict. Runs in the builder's process.

In: the class that will load the checkpoint, built on the meta device (shapes without memory). Out: a state dict that
`from_pretrained` loads with nothing missing, unexpected or misshapen. Anything else is a `BuildError` that names the
original file. Source of the names: transformers 5.23.0.
"""

from __future__ import annotations

import torch

from builder.errors import BuildError


class Checkpoint:
    """The state dict of `model`, filled tensor by tensor from the file called `original`; `complete` gives it."""

    def __init__(self, model: torch.nn.Module, original: str) -> None:
        self._expected = model.state_dict()
        self._original = original
        self._tensors: dict[str, torch.Tensor] = {}

    @property
    def shapes(self) -> dict[str, torch.Size]:
        """The shape of every tensor that the class expects, in the order in which it builds its layers."""
        return {name: tensor.shape for name, tensor in self._expected.items()}

    def put(self, name: str, tensor: torch.Tensor) -> None:
        """Stores a float32 copy of `tensor` as `name`.

        Raises `BuildError` for an unknown name, a second tensor of one name, or another shape.
        """
        if name not in self._expected:
            raise BuildError(f"{self._original}: the model has no tensor {name}")
        if name in self._tensors:
            raise BuildError(f"{self._original}: two tensors for {name}")
        if tensor.shape != self._expected[name].shape:
            raise BuildError(
                f"{self._original}: {name} is {tuple(tensor.shape)}, not {tuple(self._expected[name].shape)}"
            )
        self._tensors[name] = tensor.to(torch.float32, copy=True, memory_format=torch.contiguous_format)

    def put_zeros(self, name: str) -> None:
        """Stores zeros: a tensor that inference never reads, or that must not contribute.

        Raises `BuildError` as `put` does, and `KeyError` for an unknown name.
        """
        self.put(name, torch.zeros(self._expected[name].shape))

    def put_batch_norm(
        self, prefix: str, weight: torch.Tensor, bias: torch.Tensor, mean: torch.Tensor, variance: torch.Tensor
    ) -> None:
        """Stores the four tensors of a batch normalisation, and its counter if the class has one.

        Raises `BuildError` as `put` does.
        """
        self.put(f"{prefix}.weight", weight)
        self.put(f"{prefix}.bias", bias)
        self.put(f"{prefix}.running_mean", mean)
        self.put(f"{prefix}.running_var", variance)
        counter = f"{prefix}.num_batches_tracked"
        if counter in self._expected:  # a frozen normalisation does not count
            self._tensors[counter] = torch.tensor(0)

    def complete(self, tied: dict[str, str]) -> dict[str, torch.Tensor]:
        """The finished state dict: tensors by name, float32.

        `tied` names are left out: the class shares another tensor for them. Raises `BuildError` where a tensor is
        missing.
        """
        missing = [name for name in self._expected if name not in self._tensors and name not in tied]
        if missing:
            raise BuildError(f"{self._original}: {len(missing)} tensors have no source, the first is {missing[0]}")
        return self._tensors
