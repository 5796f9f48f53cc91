"""Command-line settings turned into a flow's parameters, checked before anything starts."""

import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any

from prefect import Flow
from pydantic import ConfigDict, ValidationError, create_model
from pydantic_core import ErrorDetails


def checked(flow: Flow[..., Any], settings: Sequence[str], **given: Any) -> dict[str, Any]:
    """Parameters of `flow` from dotted settings and from arguments given by name.

    Args:
        flow: the flow whose signature says what is allowed.
        settings: texts such as "harvesting.min_face_s=3" or 'plan.emotions=["happy"]'; a value is
            JSON, and what is no JSON is taken as text.
        given: further parameters; None leaves the default.

    Raises:
        ValueError: an unknown field or a bad value; the message names each field and value.
    """
    values = values_of(settings, {n: value for n, value in given.items() if value is not None})
    signature = inspect.signature(flow.fn, eval_str=True)
    fields: dict[str, Any] = {
        name: (p.annotation, ... if p.default is p.empty else p.default)
        for name, p in signature.parameters.items()
    }
    model = create_model(flow.name, __config__=ConfigDict(extra="forbid"), **fields)
    try:
        valid = model.model_validate(values)
    except ValidationError as error:
        raise ValueError(explain(error)) from error
    return {name: getattr(valid, name) for name in fields}


def values_of(settings: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted settings as nested mappings, put into what was given."""
    values = dict(given)
    for setting in settings:
        _put(values, setting)
    return values


def explain(error: ValidationError) -> str:
    """One clause a field: its dotted name, the value, and what is allowed."""
    return "; ".join(
        f"{'.'.join(map(str, part['loc']))}: {_complaint(part)}" for part in error.errors()
    )


def _complaint(part: ErrorDetails) -> str:
    """Our own checks of several fields already name field and value."""
    if part["type"] == "value_error":
        return str(part["ctx"]["error"])
    return f"is {part['input']!r}: {part['msg'].lower()}"


def _put(values: dict[str, Any], setting: str) -> None:
    dotted, separator, text = setting.partition("=")
    if not separator:
        raise ValueError(f"--set {setting!r}: must be NAME=VALUE, such as searching.top=5")
    *path, last = dotted.split(".")
    for name in path:
        values = values.setdefault(name, {})
        if not isinstance(values, dict):
            raise ValueError(f"--set {setting!r}: {name} has a value already, {values!r}")
    try:
        values[last] = json.loads(text)
    except json.JSONDecodeError:
        values[last] = text
