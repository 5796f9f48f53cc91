"""The network's outputs have the documented shapes and precision."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scn.network import Outputs
from scn.self_cure_network import SelfCureNetwork
from tests.scn import numpy_scn
from tests.scn.plain_backbone import PlainBackbone


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


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), faces=st.integers(1, 6), classes=st.integers(2, 9))
def test_the_heads_are_the_formulas(seed: int, faces: int, classes: int) -> None:
    """Importance is the sigmoid of a linear map of the features, scores a linear map of them."""
    generator = torch.Generator().manual_seed(seed)
    model = SelfCureNetwork(classes)
    model.backbone = PlainBackbone(torch.nn.Flatten())
    features = torch.randn(faces, 512, 1, 1, generator=generator)
    outputs: Outputs = model(features)
    x = features.flatten(1).double().numpy()
    head, classifier = model.importance_head, model.classifier
    alpha = numpy_scn.importance(x, _array(head.weight)[0], float(head.bias.item()))
    logits = x @ _array(classifier.weight).T + _array(classifier.bias)
    assert outputs.importance.tolist() == pytest.approx(alpha.tolist(), abs=1e-6)
    assert outputs.logits.flatten().tolist() == pytest.approx(logits.flatten().tolist(), abs=1e-5)


def _array(tensor: torch.Tensor) -> numpy_scn.Array:
    return tensor.detach().double().numpy()


def test_importance_keeps_full_precision_under_autocast() -> None:
    """In half precision the faces of a batch would share importances and could not be ranked."""
    outputs = _outputs(64, torch.bfloat16)
    assert outputs.importance.dtype == outputs.scores.dtype == torch.float32
    assert len(set(outputs.importance.tolist())) == 64
