"""Tensors, one by one, under the names of a model class -> a complete state dict.

In: the class that will load the checkpoint, built on the meta device (shapes without memory). Out: a state dict from
which `from_pretrained` loads with nothing missing, unexpected or misshapen. Anything else raises `BuildError` naming
the original file.

Source of the names: transformers 5.23.0.
"""

from __future__ import annotations

import torch

from builder.errors import BuildError


class Checkpoint:
    """The state dict of `model`, being filled from the file called `original`."""

    def __init__(self, model: torch.nn.Module, original: str) -> None:
        self._expected = model.state_dict()
        self._original = original
        self._tensors: dict[str, torch.Tensor] = {}

    @property
    def shapes(self) -> dict[str, torch.Size]:
        """Every tensor that the class expects, in the order in which it builds its layers."""
        return {name: tensor.shape for name, tensor in self._expected.items()}

    def put(self, name: str, tensor: torch.Tensor) -> None:
        """Store a float32 copy of `tensor` under `name`."""
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
        """Store zeros under `name`: a tensor that inference never reads, or that must not contribute."""
        self.put(name, torch.zeros(self._expected[name].shape))

    def put_batch_norm(
        self, prefix: str, weight: torch.Tensor, bias: torch.Tensor, mean: torch.Tensor, variance: torch.Tensor
    ) -> None:
        """Store the four tensors of a batch normalisation, and its counter where the class has one."""
        self.put(f"{prefix}.weight", weight)
        self.put(f"{prefix}.bias", bias)
        self.put(f"{prefix}.running_mean", mean)
        self.put(f"{prefix}.running_var", variance)
        counter = f"{prefix}.num_batches_tracked"
        if counter in self._expected:  # a frozen normalisation does not count
            self._tensors[counter] = torch.tensor(0)

    def complete(self, tied: dict[str, str]) -> dict[str, torch.Tensor]:
        """The finished state dict. The names in `tied` are left out: the class shares another tensor for them."""
        missing = [name for name in self._expected if name not in self._tensors and name not in tied]
        if missing:
            raise BuildError(f"{self._original}: {len(missing)} tensors have no source, the first is {missing[0]}")
        return self._tensors
