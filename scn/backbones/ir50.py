"""IR-50, the improved residual network of face recognition.

Source: ArcFace (https://arxiv.org/abs/1801.07698), section 3.1; the names of the tensors are those
of the weight files in face.evoLVe's layout (input_layer, body, output_layer).
"""

from collections.abc import Sequence
from typing import Final

from torch import Tensor, nn

from scn.backbones.backbone import Backbone

# Channels of a stage, and its number of units; the first of each halves the side.
_STAGES: Final = ((64, 3), (128, 4), (256, 14), (512, 3))


class Unit(nn.Module):
    """Two convolutions beside a shortcut: [B, I, S, S] → [B, O, S / stride, S / stride]."""

    def __init__(self, inward: int, outward: int, stride: int) -> None:
        super().__init__()
        self.shortcut_layer: nn.Module = nn.MaxPool2d(1, stride)
        if inward != outward:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(inward, outward, 1, stride, bias=False), nn.BatchNorm2d(outward)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(inward),
            nn.Conv2d(inward, outward, 3, 1, 1, bias=False),
            nn.PReLU(outward),
            nn.Conv2d(outward, outward, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outward),
        )

    def forward(self, x: Tensor) -> Tensor:
        """The sum of both ways."""
        residual: Tensor = self.res_layer(x)
        shortcut: Tensor = self.shortcut_layer(x)
        return residual + shortcut


class IR50(Backbone):
    """24 units; 112 px in the field, any multiple of 16 here.

    The published output layer flattens maps of 7 by 7 into an embedding; here its batch norm is
    kept, and the maps are averaged, so that any side fits.
    """

    features = 512

    def __init__(self) -> None:
        super().__init__()
        self.input_layer = nn.Sequential(
            nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64)
        )
        units, inward = [], 64
        for outward, count in _STAGES:
            units.append(Unit(inward, outward, 2))
            units += [Unit(outward, outward, 1) for _ in range(count - 1)]
            inward = outward
        self.body = nn.Sequential(*units)
        self.output_layer = nn.Sequential(nn.BatchNorm2d(512))

    def maps(self, images: Tensor) -> Tensor:
        """[B, 3, S, S] → [B, 512, S/16, S/16]."""
        maps: Tensor = self.output_layer(self.body(self.input_layer(images)))
        return maps

    def stages(self) -> Sequence[nn.Module]:
        """The input layer, then the four stages of units."""
        stages: list[nn.Module] = [self.input_layer]
        begin = 0
        for _, count in _STAGES:
            stages.append(self.body[begin : begin + count])
            begin += count
        return stages
