"""Legacy pickles become safetensors, and nothing that they name is run."""

import argparse
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from scn.backbones import make_backbone
from scn.conversion import convert
from scn.errors import WeightsError
from scn.weights import load_weights


@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_come_out_as_they_went_in_beside_foreign_things(
    tmp_path: Path, zipped: bool
) -> None:
    """Settings, NumPy scalars and an optimiser's state do not stand in the way."""
    network = make_backbone("resnet18")
    content = {
        "state_dict": {f"module.{name}": value for name, value in network.state_dict().items()},
        "best": np.float64(0.87),
        "args": argparse.Namespace(lr=0.1, path=Path("/")),
        "optimizer": torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9).state_dict(),
    }
    torch.save(content, tmp_path / "old.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsError, match="webemotion convert"):
        load_weights(make_backbone("resnet18"), tmp_path / "old.pth")
    convert(tmp_path / "old.pth", tmp_path / "new.safetensors")
    other = make_backbone("resnet18")
    assert load_weights(other, tmp_path / "new.safetensors").missing == ()
    for name, value in network.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])


def test_a_module_that_was_pickled_whole_gives_its_tensors_by_name(tmp_path: Path) -> None:
    """Without the module's class, which may be anybody's code."""
    network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    torch.save(network, tmp_path / "whole.pth")
    convert(tmp_path / "whole.pth", tmp_path / "whole.safetensors")
    found = load_file(tmp_path / "whole.safetensors")
    assert found.keys() == network.state_dict().keys()
    assert all(torch.equal(found[name], value) for name, value in network.state_dict().items())


class _Bomb:
    """What happens when it is unpickled is up to it."""

    def __init__(self, call: Any, *arguments: Any) -> None:
        self._call, self._arguments = call, arguments

    def __reduce__(self) -> Any:
        return self._call, self._arguments


@pytest.mark.parametrize("zipped", [True, False])
def test_what_a_file_asks_to_run_is_not_run(tmp_path: Path, zipped: bool) -> None:
    """The tensor beside it comes out all the same."""
    trace = tmp_path / "trace"
    content = {
        "system": _Bomb(os.system, f"touch {trace}"),
        "open": _Bomb(open, str(trace), "w"),
        "exec": _Bomb(exec, f"open({str(trace)!r}, 'w')"),
        "weight": torch.arange(4.0),
    }
    torch.save(content, tmp_path / "bomb.pth", _use_new_zipfile_serialization=zipped)
    convert(tmp_path / "bomb.pth", tmp_path / "safe.safetensors")
    assert load_file(tmp_path / "safe.safetensors")["weight"].tolist() == [0, 1, 2, 3]
    assert not trace.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be converted"),
        (b"no pickle at all", "cannot be converted"),
        (pickle.dumps({"a": 1}), "cannot be converted"),
    ],
)
def test_what_holds_no_tensors_is_refused_and_nothing_is_written(
    tmp_path: Path, content: bytes, said: str
) -> None:
    """Empty, foreign, and a pickle without a tensor."""
    (tmp_path / "bad.pth").write_bytes(content)
    with pytest.raises(WeightsError, match=said):
        convert(tmp_path / "bad.pth", tmp_path / "new.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.pth"]


def test_a_bad_target_or_source_is_named(tmp_path: Path) -> None:
    """Before anything is read."""
    torch.save({"a": torch.zeros(1)}, tmp_path / "a.pth")
    (tmp_path / "there.safetensors").touch()
    for source, target, said in (
        ("none.pth", "b.safetensors", "no such file"),
        ("a.pth", "b.pth", "must end in .safetensors"),
        ("a.pth", "there.safetensors", "exists already"),
        ("a.pth", "nowhere/b.safetensors", "folder does not exist"),
    ):
        with pytest.raises(WeightsError, match=said):
            convert(tmp_path / source, tmp_path / target)
