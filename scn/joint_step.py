"""The gradient of a loss over a whole batch that no process has whole.

Each process encodes its own images, if need be a part at a time. The loss is computed on the
joined encodings; its derivative by a process's own encodings is carried back through the network.
So the result does not depend on how many processes share the batch, nor on the size of the parts,
but for rounding and for batch normalisation (`scn.config.loop_options`).

Batches in parts are encoded twice, first without a graph, as in "Scaling Deep Contrastive Learning
Batch Size under Memory Limited Setup" (https://arxiv.org/abs/2101.06983), section 3.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from scn.network import Encoded, full
from scn.processes import Processes

Encode = Callable[[Tensor], Encoded]
Joined = dict[str, Tensor]


class JointStep:
    """Encodes a process's part of a batch, and carries a joint loss back.

    Attributes:
        joined: the encodings of the whole batch, of which a loss is to be computed.
    """

    def __init__(
        self,
        network: nn.Module,
        encode: Encode,
        images: Tensor,
        *,
        rows: int,
        micro_batch: int | None,
        processes: Processes,
        seed: int,
    ) -> None:
        """Encode.

        Args:
            network: what learns.
            encode: from images to encodings by the network, in training.
            images: [n, 3, S, S], this process's rows of the batch.
            rows: of the whole batch.
            micro_batch: most images to encode at a time, at least 2; none for all. One more where
                one would be left alone, from which batch normalisation cannot learn.
            processes: that share the batch.
            seed: of what is random in `encode`.
        """
        self._encode, self._processes, self._seed = encode, processes, seed
        self._parts = _parts(images, micro_batch or max(len(images), 1))
        self._graph: Encoded | None = None
        if len(self._parts) == 1:
            self._graph = self._encoded(0)
            mine = self._graph
        else:
            mine = self._without_graph(network)
        whole = processes.join(mine, rows)
        self.joined: Joined = {name: full(t).requires_grad_() for name, t in whole.items()}

    def backward(self, loss: Tensor) -> None:
        """Add the loss's gradient to the parameters, as far as this process's images go."""
        torch.autograd.backward(loss)
        wanted = {
            name: self._processes.mine(tensor.grad)
            for name, tensor in self.joined.items()
            if tensor.grad is not None
        }
        if self._graph is not None:
            _carry_back(self._graph, wanted)
            return
        begin = 0
        for number, part in enumerate(self._parts):
            end = begin + len(part)
            _carry_back(
                self._encoded(number), {name: grad[begin:end] for name, grad in wanted.items()}
            )
            begin = end

    def _encoded(self, number: int) -> Encoded:
        with _seeded(self._seed, self._processes.rank, number):
            return self._encode(self._parts[number])

    def _without_graph(self, network: nn.Module) -> Joined:
        with torch.no_grad(), _statistics_kept(network):
            found = [self._encoded(number) for number in range(len(self._parts))]
        return {name: torch.cat([part[name] for part in found]) for name in found[0]}


def _parts(images: Tensor, size: int) -> tuple[Tensor, ...]:
    """Parts of about equal length, `size` at most; none of a single image, if there are more."""
    wanted, possible = -(-len(images) // size), len(images) // 2
    return torch.tensor_split(images, max(min(wanted, possible), 1))


def _carry_back(encoded: Encoded, wanted: dict[str, Tensor]) -> None:
    names = [name for name in wanted if encoded[name].requires_grad and len(encoded[name])]
    if names:
        torch.autograd.backward(
            [encoded[name] for name in names],
            [wanted[name].to(encoded[name].dtype) for name in names],
        )


@contextmanager
def _seeded(*numbers: int) -> Iterator[None]:
    """Let dropout depend on these numbers alone."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number) % 2**63
    devices = list(range(torch.cuda.device_count()))
    with torch.random.fork_rng(devices):
        torch.manual_seed(seed)
        yield


@contextmanager
def _statistics_kept(network: nn.Module) -> Iterator[None]:
    """Let batch normalisation look at a batch without adding it to its running statistics."""
    norms = [m for m in network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
