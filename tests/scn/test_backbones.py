"""Backbones have the shapes that are published, whatever the side of an image."""

import pytest
import torch

from scn.backbones import make_backbone

# https://github.com/ZhaoJ9014/face.evoLVe, backbone/model_irse.py, IR_50 at 112 px.
_IR50_SHAPES = {
    "input_layer.0.weight": (64, 3, 3, 3),
    "input_layer.2.weight": (64,),
    "body.0.res_layer.0.weight": (64,),
    "body.0.res_layer.1.weight": (64, 64, 3, 3),
    "body.3.shortcut_layer.0.weight": (128, 64, 1, 1),
    "body.7.shortcut_layer.1.running_mean": (256,),
    "body.7.res_layer.1.weight": (256, 128, 3, 3),
    "body.21.shortcut_layer.0.weight": (512, 256, 1, 1),
    "body.23.res_layer.2.weight": (512,),
    "body.23.res_layer.3.weight": (512, 512, 3, 3),
    "output_layer.0.weight": (512,),
}
_IR50_PARAMETERS = 43_574_976
_IR50_EMBEDDING = 7 * 7 * 512 * 512 + 512 + 2 * 512


def test_ir50_is_the_published_network_but_for_its_embedding() -> None:
    """Names and shapes are those of the field's files, and so is the number of parameters."""
    network = make_backbone("ir50")
    state = network.state_dict()
    assert {name: tuple(state[name].shape) for name in _IR50_SHAPES} == _IR50_SHAPES
    assert not any(name.startswith("body.24.") for name in state)
    assert not any("shortcut_layer" in name for name in state if name.startswith("body.0."))
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count + _IR50_EMBEDDING == _IR50_PARAMETERS


@pytest.mark.parametrize(("name", "count"), [("resnet18", 11_689_512), ("resnet50", 25_557_032)])
def test_resnets_are_torchvisions_but_for_the_classifier(name: str, count: int) -> None:
    """Counts from https://pytorch.org/vision/stable/models.html."""
    network = make_backbone(name)
    classifier = network.features * 1000 + 1000
    assert sum(parameter.numel() for parameter in network.parameters()) + classifier == count


@pytest.mark.parametrize(
    ("name", "features", "shrunk"),
    [("resnet18", 512, 32), ("resnet50", 2048, 32), ("ir50", 512, 16)],
)
@pytest.mark.parametrize("size_px", [64, 96])
def test_maps_shrink_and_features_are_their_means(
    name: str, features: int, shrunk: int, size_px: int
) -> None:
    """[2, 3, S, S] to [2, F, S / shrunk, S / shrunk] and [2, F]."""
    network = make_backbone(name).eval()
    images = torch.randn(2, 3, size_px, size_px)
    with torch.no_grad():
        maps, means = network.maps(images), network(images)
    assert maps.shape == (2, features, size_px // shrunk, size_px // shrunk)
    assert network.features == features
    assert torch.allclose(means, maps.mean(dim=(2, 3)))


@pytest.mark.parametrize(
    "name",
    [
        "timm:mobilenetv3_small_050",
        "timm:vit_tiny_patch16_224",
        "timm:swin_tiny_patch4_window7_224",
    ],
)
def test_models_of_timm_give_maps_whatever_their_layout(name: str) -> None:
    """Channels first, channels last, and tokens."""
    network = make_backbone(name).eval()
    with torch.no_grad():
        images = torch.randn(2, 3, 224, 224)
        assert network.maps(images).shape[:2] == (2, network.features)
        assert network(images).shape == (2, network.features)


@pytest.mark.parametrize("name", ["resnet19", "timm:there_is_none"])
def test_an_unknown_backbone_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"backbone: is {name}"):
        make_backbone(name)


def test_the_stages_are_all_of_a_network() -> None:
    """Who freezes all stages freezes all that learns but IR-50's last batch norm."""
    for name, rest in (("resnet18", 0), ("resnet50", 0), ("ir50", 2)):
        network = make_backbone(name)
        staged = {id(p) for stage in network.stages() for p in stage.parameters()}
        assert sum(id(p) not in staged for p in network.parameters()) == rest
