"""64-bit perceptual hashes that differ in a few bits, without comparing each with each.

Two hashes that differ in at most d of 64 bits agree wholly in at least s of d + s blocks of bits
(multi-index hashing, Norouzi et al. 2012, https://arxiv.org/abs/1307.2982): so hashes are sorted
by each choice of s blocks, and only neighbours with the same blocks are compared.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

MOST_NEIGHBOURS: Final = 4096
"""Of more hashes than these with the same blocks, each is compared with the nearest in order."""
_BITS: Final = 64


def near_pairs(hashes: Hashes, max_distance: int) -> tuple[Places, Places]:
    """All pairs of different hashes that differ in at most `max_distance` bits.

    Args:
        hashes: uint64 [N], each once.
        max_distance: 0 to 8.

    Returns:
        Places of the two of each pair, int64 [P] each, the first below the second; in order.

    Raises:
        ValueError: `max_distance` is out of range.
    """
    if not 0 <= max_distance <= 8:
        raise ValueError(f"max_distance must be 0 to 8, not {max_distance}")
    found = [np.empty(0, np.int64)]
    for mask in _masks(max_distance, hashes.size):
        order = np.argsort(hashes & mask)
        for first, second in _neighbours((hashes & mask)[order]):
            a, b = order[first], order[second]
            near = np.bitwise_count(hashes[a] ^ hashes[b]) <= max_distance
            low, high = np.minimum(a[near], b[near]), np.maximum(a[near], b[near])
            found.append(np.unique(low * hashes.size + high))
    pairs = np.unique(np.concatenate(found))
    return pairs // max(hashes.size, 1), pairs % max(hashes.size, 1)


def hashes_of(texts: npt.NDArray[np.str_]) -> Hashes:
    """Hashes from 16 hexadecimal digits each."""
    bytes_ = bytes.fromhex("".join(texts.tolist()))
    return np.frombuffer(bytes_, ">u8").astype(np.uint64)


def _masks(max_distance: int, count: int) -> Iterator[np.uint64]:
    """The bits to sort by: enough that few unlike hashes share them."""
    shared = 1
    while _BITS * shared / (max_distance + shared) < np.log2(max(count, 2)) and shared < 4:
        shared += 1
    blocks = np.array_split(np.arange(_BITS, dtype=np.uint64), max_distance + shared)
    for chosen in combinations(blocks, shared):
        bits = np.left_shift(np.uint64(1), np.concatenate(chosen))
        yield np.bitwise_or.reduce(bits)


def _neighbours(keys: Hashes) -> Iterator[tuple[Places, Places]]:
    """Places of equal keys in sorted `keys`, ever farther apart."""
    first = np.arange(keys.size, dtype=np.int64)
    for apart in range(1, min(MOST_NEIGHBOURS, keys.size)):
        first = first[first + apart < keys.size]
        first = first[keys[first] == keys[first + apart]]
        if not first.size:
            return
        yield first, first + apart
