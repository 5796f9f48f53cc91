"""Presets hold the documented numbers, and nonsense is refused."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scn.config import Preset, TrainConfig, preset, rate_at


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("high_ratio", 0.7),
        ("rank_margin", 0.15),
        ("relabel_margin", 0.2),
        ("relabel_from_epoch", 10),
        ("batch_size", 1024),
        ("image_size_px", 224),
        ("rank_loss_weight", 0.5),
        ("loss_sum", "weighted"),
        ("relabel_group", "low"),
    ],
)
def test_the_paper_preset_is_the_paper(option: str, value: Any) -> None:
    """Every published number of the method stands in the preset `paper`."""
    assert getattr(preset("paper"), option) == value


def test_the_reference_preset_is_the_published_code() -> None:
    """Adam at 1e-3, plain sum, all faces, weighted bias, 70 epochs of batches of 64."""
    config = preset("reference")
    assert (config.optimiser, config.learning_rate, config.weight_decay) == ("adam", 1e-3, 1e-4)
    assert (config.loss_sum, config.relabel_group, config.relabel_by) == (
        "plain",
        "all",
        "weighted",
    )
    assert (config.bias_weighted, config.epochs, config.batch_size) == (True, 70, 64)
    assert (config.schedule, config.decay) == ("exponential", 0.9)


@pytest.mark.parametrize("name", get_args(Preset))
def test_a_configuration_survives_json(name: Any) -> None:
    """A saved configuration reads back equal, so that a run can be resumed from its file."""
    config = preset(name, epochs=3)
    assert TrainConfig.model_validate_json(config.model_dump_json()) == config


def test_an_unknown_preset_is_refused_with_the_allowed_names() -> None:
    """The message of a wrong preset names the right ones."""
    names = ", ".join(map(repr, get_args(Preset)[:-1]))
    with pytest.raises(ValueError, match=f"{names} or 'eac'"):
        preset("papr")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [{"high_ratio": 1.0}, {"epochs": 0}, {"batch_size": 0}, {"gamma": 0.5}, {"seed": -1}],
)
def test_values_out_of_range_and_unknown_options_are_refused(options: dict[str, Any]) -> None:
    """Nothing is clipped or ignored."""
    with pytest.raises(ValidationError):
        preset("paper", **options)


def test_steps_divide_the_rate_by_ten_after_their_epochs() -> None:
    """Epochs 15 and 30 still have the old rate, 16 and 31 a tenth of it."""
    rates = {epoch: rate_at(preset("paper"), epoch - 0.5) for epoch in (1, 15, 16, 30, 31, 40)}
    assert list(rates.values()) == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])


def test_exponential_and_constant_rates() -> None:
    """The exponential rate falls by its factor each epoch; the constant one stays."""
    assert [rate_at(preset("reference"), e) for e in (0, 1.5, 2)] == pytest.approx(
        [1e-3, 9e-4, 8.1e-4]
    )
    assert rate_at(preset("reference", schedule="constant"), 50) == 1e-3


@given(epochs=st.integers(1, 50), done=st.floats(0, 1), warm_up=st.floats(0, 5))
def test_warm_up_rises_and_cosine_falls_to_nothing(
    epochs: int, done: float, warm_up: float
) -> None:
    """Never above the start's rate; 0 at the end; half of it in the middle without warm-up."""
    options = preset("paper", schedule="cosine", epochs=epochs, warm_up_epochs=warm_up)
    assert 0 <= rate_at(options, done * epochs) <= options.learning_rate
    assert rate_at(options, float(epochs)) == pytest.approx(0, abs=1e-9)
    still = preset("paper", schedule="cosine", epochs=epochs)
    assert rate_at(still, epochs / 2) == pytest.approx(0.05)
    if warm_up > 1e-6:
        constant = preset("paper", schedule="constant", epochs=epochs, warm_up_epochs=warm_up)
        assert rate_at(constant, warm_up / 2) == pytest.approx(0.05)


def test_brakes_that_an_epoch_decides_on_are_refused_for_labels_that_count_at_once() -> None:
    """Instead of being ignored."""
    for brake in ({"relabel_limit": 0.1}, {"relabel_confirmations": 2}):
        with pytest.raises(ValidationError, match="relabel_counts: is batch"):
            preset("paper", relabel_counts="batch", **brake)
