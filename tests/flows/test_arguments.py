"""Command-line settings as a flow's parameters."""

import pytest
from prefect import flow
from pydantic import BaseModel, ConfigDict, Field

from flows.commands.arguments import checked


class Part(BaseModel):
    """A nested group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rate_hz: float = Field(2.0, gt=0)
    words: tuple[str, ...] | None = None


@flow
def example(name: str, count: int = 3, part: Part = Part()) -> None:  # noqa: B008 - frozen
    """A flow with every kind of parameter."""


def test_dotted_settings_reach_nested_fields_and_the_rest_keeps_its_default() -> None:
    settings = ["part.rate_hz=5", 'part.words=["a", "b"]', "name=plain text"]
    assert checked(example, settings, count=None) == {
        "name": "plain text",
        "count": 3,
        "part": Part(rate_hz=5, words=("a", "b")),
    }


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("part.rate_hz=-1", r"part\.rate_hz: is -1: .*greater than 0"),
        ("part.colour=red", r"part\.colour: is 'red'"),
        ("size=4", r"size: is 4"),
        ("count=many", r"count: is 'many'"),
        ("count", r"must be NAME=VALUE"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_value(setting: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checked(example, [setting], name="x")


def test_a_missing_required_parameter_is_named() -> None:
    with pytest.raises(ValueError, match="name"):
        checked(example, [])
