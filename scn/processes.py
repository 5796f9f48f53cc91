"""The processes that train together, as torchrun starts them.

A batch is dealt out row by row in turns: row i belongs to process i mod W. Each process encodes its
rows; the encodings are joined in the batch's order, so that every process decides on the whole
batch, computes the same loss, and changes the same labels.
"""

import os
from collections.abc import Iterable, Mapping

import torch
import torch.distributed as dist
from torch import Tensor, nn


def own_device() -> torch.device:
    """The GPU that is this process's, or the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(device)
    return device


class Processes:
    """This process among all; one alone needs no communication.

    Attributes:
        rank: of this process, 0 to size − 1.
        size: how many there are.
    """

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size

    @classmethod
    def joined(cls, device: torch.device) -> "Processes":
        """The processes that torchrun started, or this one alone."""
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls()
        if not dist.is_initialized():
            dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
        return cls(dist.get_rank(), dist.get_world_size())

    def share(self, rows: int) -> int:
        """How many rows of a batch are this process's."""
        return len(range(self.rank, rows, self.size))

    def join(self, parts: Mapping[str, Tensor], rows: int) -> dict[str, Tensor]:
        """Every process's rows in the order of the batch, without gradient: [n, …] to [rows, …]."""
        return {name: self._join(part.detach(), rows) for name, part in parts.items()}

    def mine(self, whole: Tensor) -> Tensor:
        """This process's rows of what was joined."""
        return whole[self.rank :: self.size]

    def _join(self, part: Tensor, rows: int) -> Tensor:
        if self.size == 1:
            return part
        most = -(-rows // self.size)
        padded = part.new_zeros((most, *part.shape[1:]))
        padded[: len(part)] = part
        found = [torch.empty_like(padded) for _ in range(self.size)]
        dist.all_gather(found, padded)
        return torch.stack(found, dim=1).flatten(0, 1)[:rows]

    def add_gradients(self, own: Iterable[nn.Parameter], common: Iterable[nn.Parameter]) -> None:
        """Make the gradients those of the whole batch.

        Args:
            own: parameters whose gradient each process has for its rows alone: these are summed.
            common: parameters whose gradient every process has of the whole batch: the same
                everywhere but for rounding, so the first process's counts.
        """
        if self.size == 1:
            return
        for parameters, first in ((own, False), (common, True)):
            chosen = [p for p in parameters if p.requires_grad]
            if chosen:
                self._add_gradients(chosen, first)

    def _add_gradients(self, parameters: list[nn.Parameter], first: bool) -> None:
        """With the gradients travels which are used: zero is not none, under weight decay."""
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        used = gradients[0].new_tensor([p.grad is not None for p in parameters])
        flat = torch.cat([*(gradient.flatten() for gradient in gradients), used])
        if first:
            dist.broadcast(flat, 0)
        else:
            dist.all_reduce(flat)
        *pieces, used = torch.split(flat, [*(p.numel() for p in parameters), len(parameters)])
        for parameter, piece, by in zip(parameters, pieces, used.tolist(), strict=True):
            parameter.grad = piece.view_as(parameter) if by else None

    def share_buffers(self, network: nn.Module) -> None:
        """Replace running statistics, which each process has of its own rows, by their mean."""
        buffers = [b for b in network.buffers() if b.is_floating_point()]
        if self.size == 1 or not buffers:
            return
        flat = torch.cat([buffer.flatten() for buffer in buffers])
        dist.all_reduce(flat)
        sizes = [buffer.numel() for buffer in buffers]
        pieces = torch.split(flat / self.size, sizes)
        for buffer, piece in zip(buffers, pieces, strict=True):
            buffer.copy_(piece.view_as(buffer))

    def any(self, mine: bool, device: torch.device) -> bool:
        """Whether it is so in any process."""
        if self.size == 1:
            return mine
        flag = torch.tensor(int(mine), device=device)
        dist.all_reduce(flag, dist.ReduceOp.MAX)
        return bool(flag)

    def sum(self, mine: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.size > 1:
            dist.all_reduce(mine)
        return mine

    def wait(self) -> None:
        """Wait until all are here."""
        if self.size > 1:
            dist.barrier()
