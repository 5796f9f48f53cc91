"""What must appear in no setting, no log and no ledger: a proxy with its password, and cookies.

They come from the environment of whatever process downloads:

- ``WEBEMOTION_PROXY``: the proxy's address with user and password.
- ``WEBEMOTION_COOKIES``: the content of a cookie file in Netscape's format, as browsers' add-ons
  export it; or ``WEBEMOTION_COOKIES_FILE``, its path.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from webemotion.errors import LocalFault

PROXY: Final = "WEBEMOTION_PROXY"
COOKIES: Final = "WEBEMOTION_COOKIES"
COOKIES_FILE: Final = "WEBEMOTION_COOKIES_FILE"
_HIDDEN: Final = "***"
# Shorter values of cookies are words such as "1" or "en", and no secret.
_SHORTEST_SECRET: Final = 6
_COOKIE_FIELDS: Final = 7


def proxy(environment: Mapping[str, str] = os.environ) -> str | None:
    """The secret proxy, if there is one."""
    return environment.get(PROXY) or None


def cookies(environment: Mapping[str, str] = os.environ) -> str | None:
    """The content of the cookie file, if there is one.

    Raises:
        LocalFault: the file named is not to be read.
    """
    if environment.get(COOKIES):
        return environment[COOKIES]
    if not environment.get(COOKIES_FILE):
        return None
    try:
        return Path(environment[COOKIES_FILE]).read_text()
    except (OSError, UnicodeError) as error:
        raise LocalFault(f"{COOKIES_FILE}: {error}") from error


def redacted(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text without any of the secrets."""
    for secret in sorted(_secrets(environment), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return text


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    address = urlsplit(proxy(environment) or "")
    for part in (address.username, address.password):
        if part:
            yield from {part, unquote(part)}
    try:
        lines = (cookies(environment) or "").splitlines()
    except LocalFault:
        return
    for line in lines:
        fields = line.split("\t")
        if len(fields) == _COOKIE_FIELDS and len(fields[-1]) >= _SHORTEST_SECRET:
            yield fields[-1]
