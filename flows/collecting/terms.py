"""The acknowledgement of the terms: asked for once per Prefect server, then remembered by it."""

import socket
import sys
from datetime import UTC, datetime
from typing import Final

import typer
from prefect.variables import Variable
from rich.console import Console

from webemotion.site.manners import Manners
from webemotion.site.terms import TERMS, VERSION

_VARIABLE: Final = "webemotion_terms"


def require_terms(manners: Manners) -> None:
    """Refuse to collect before somebody has read the terms.

    Raises:
        ValueError: neither the setting nor the server says so.
    """
    if not manners.terms_accepted and not _accepted():
        raise ValueError(
            "manners.terms_accepted: is False, and nobody has accepted the terms on this Prefect"
            " server: run `webemotion terms` and answer it, or set manners.terms_accepted=true"
        )


def ask_terms(manners: Manners) -> None:
    """Show the terms to a person who has not accepted them, and ask; others are refused later."""
    if manners.terms_accepted or not sys.stdin.isatty() or _accepted():
        return
    Console(stderr=True).print(TERMS, highlight=False)
    if typer.confirm("I have read this and have permission to collect.", err=True):
        accept()


def accept() -> None:
    """Remember on the server that the terms were accepted, where and when."""
    value = {"version": VERSION, "host": socket.gethostname(), "time": str(datetime.now(UTC))}
    Variable.set(_VARIABLE, value, overwrite=True)


def _accepted() -> bool:
    value = Variable.get(_VARIABLE)
    return isinstance(value, dict) and value.get("version") == VERSION
