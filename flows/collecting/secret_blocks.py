"""Secrets from Prefect's blocks, for workers whose environment has none."""

import os
from typing import Any, Final, cast

from prefect.blocks.system import Secret

from webemotion.site.secrets import COOKIES, COOKIES_FILE, PROXY

_BLOCKS: Final = {"webemotion-proxy": (PROXY,), "webemotion-cookies": (COOKIES, COOKIES_FILE)}


def load_secrets() -> None:
    """Put into this process's environment what the blocks hold and the environment does not.

    The processes that download inherit it; nothing else reads it.
    """
    for block, names in _BLOCKS.items():
        if any(os.environ.get(name) for name in names):
            continue
        try:
            found = cast("Secret[Any]", Secret.load(block))
        except ValueError:
            # Prefect says so of a block that does not exist; most have none.
            continue
        os.environ[names[0]] = str(found.get())
