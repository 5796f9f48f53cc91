"""What a report says of the configuration."""

from flows.reports.options import all_options, changed_options
from scn.config import preset
from scn.protocol import Protocol


def _recorded(train: object, **protocol: object) -> dict[str, object]:
    rules = Protocol.model_validate(protocol).model_dump(mode="json")
    return {"benchmark": "rafdb", "train": train, "protocol": rules}


def test_a_preset_by_itself_changes_nothing() -> None:
    assert changed_options(_recorded(preset("reference").model_dump(mode="json"))) == []


def test_what_differs_from_the_preset_is_named_with_the_presets_own_value() -> None:
    """The reference takes 64 faces a batch, and never 16; noise is off by default."""
    train = preset("reference", batch_size=16, augmentation={"zoom": 0.2})
    recorded = _recorded(train.model_dump(mode="json"), noise={"share": 0.3})
    assert {tuple(row.values()) for row in changed_options(recorded)} == {
        ("train.batch_size", "16", "64"),
        ("train.augmentation.zoom", "0.2", "0.0"),
        ("protocol.noise.kind", "symmetric", "none"),
        ("protocol.noise.share", "0.3", "none"),
        ("protocol.noise.seed", "0", "none"),
    }


def test_a_preset_and_an_option_of_another_version_are_shown_as_they_are() -> None:
    """Beside the defaults of this version."""
    train = {**preset("paper").model_dump(mode="json"), "preset": "old", "gone": [1, 2]}
    assert {tuple(row.values()) for row in changed_options(_recorded(train))} == {
        ("train.preset", "old", "paper"),
        ("train.gone", "[1, 2]", "none"),
    }


def test_all_options_are_all_that_was_recorded() -> None:
    listed = {row["option"]: row["value"] for row in all_options(_recorded({"epochs": 3}))}
    assert listed["train.epochs"] == "3"
    assert listed["benchmark"] == "rafdb"
    assert listed["protocol.folds"] == "none"
