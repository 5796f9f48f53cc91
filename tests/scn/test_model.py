"""The network's outputs have the documented shapes and precision."""

import pytest
import torch

from scn.model import Outputs, SelfCureNetwork


def _outputs(faces: int, precision: torch.dtype | None = None) -> Outputs:
    images = torch.rand(faces, 3, 40, 40, generator=torch.Generator().manual_seed(0))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = SelfCureNetwork(7)
    with torch.autocast("cpu", precision, enabled=precision is not None), torch.no_grad():
        outputs: Outputs = model(images)
    return outputs


@pytest.mark.parametrize("faces", [1, 2, 5])
def test_every_face_has_its_own_place(faces: int) -> None:
    """Logits are [B, C] and importance [B] between 0 and 1, also for a batch of one."""
    outputs = _outputs(faces)
    assert outputs.logits.shape == (faces, 7)
    assert outputs.importance.shape == (faces,)
    assert ((outputs.importance > 0) & (outputs.importance < 1)).all()


def test_importance_keeps_full_precision_under_autocast() -> None:
    """In half precision the faces of a batch would share importances and could not be ranked."""
    outputs = _outputs(64, torch.bfloat16)
    assert outputs.importance.dtype == outputs.scores.dtype == torch.float32
    assert len(set(outputs.importance.tolist())) == 64
