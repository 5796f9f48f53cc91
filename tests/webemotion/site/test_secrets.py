"""A proxy's password and cookies reach the site, and nothing that is kept."""

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError

from demo.catalogue import Catalogue, CatalogueVideo
from demo.youtube import StandIn
from tests.webemotion.stand_in_site import downloading, write_media
from webemotion.errors import CollectionError, LocalFault
from webemotion.site.download import download
from webemotion.site.secrets import cookies, redacted
from webemotion.site.web_config import DownloadConfig

PASSWORD = "pass/word%21"
COOKIE = "cookie-value-1234"
COOKIES = f"# Netscape HTTP Cookie File\n.youtube.com\tTRUE\t/\tTRUE\t0\tSID\t{COOKIE}\n"


def _set(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    secret = address.replace("http://", "http://user-name:pass%2Fword%2521@")
    monkeypatch.setenv("WEBEMOTION_PROXY", secret)
    monkeypatch.setenv("WEBEMOTION_COOKIES", COOKIES)


def test_both_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The proxy is told user and password, the site its cookie."""
    video = CatalogueVideo("fine-video_", "t", media=write_media(tmp_path / "media.mp4"))
    with StandIn(Catalogue({video.video_id: video})) as site:
        _set(monkeypatch, site.proxy_url)
        download(video.video_id, tmp_path, downloading(site, proxy="http://127.0.0.1:1"))
        expected = base64.b64encode(f"user-name:{PASSWORD}".encode()).decode()
        assert f"Basic {expected}" in site.secrets
        assert [text for text in site.secrets if f"SID={COOKIE}" in text]


def test_no_failure_tells_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A proxy that is not there is named without its password."""
    _set(monkeypatch, "http://127.0.0.1:1")
    with pytest.raises(CollectionError) as failure:
        download("fine-video_", tmp_path, DownloadConfig(retries=0, request_wait_s=0))
    told = str(failure.value) + "".join(capfd.readouterr())
    assert told
    for secret in ("user-name", PASSWORD, "pass%2Fword", COOKIE):
        assert secret not in told


def test_a_text_loses_its_secrets_alone() -> None:
    """User, password as written and as meant, and long cookies are blotted out."""
    environment = {
        "WEBEMOTION_PROXY": "http://someone:a%20b%20c@host:1",
        "WEBEMOTION_COOKIES": COOKIES + COOKIES.replace(COOKIE, "en"),
    }
    text = f"someone a%20b%20c 'a b c' {COOKIE} en host:1"
    assert redacted(text, environment) == "*** *** '***' *** en host:1"
    assert redacted(text, {}) == text


def test_cookies_come_from_a_file_too(tmp_path: Path) -> None:
    """Its path is in the environment; what cannot be read is this machine's fault."""
    file = tmp_path / "cookies.txt"
    file.write_text(COOKIES)
    assert cookies({"WEBEMOTION_COOKIES_FILE": str(file)}) == COOKIES
    assert cookies({}) is None
    with pytest.raises(LocalFault, match="WEBEMOTION_COOKIES_FILE"):
        cookies({"WEBEMOTION_COOKIES_FILE": str(tmp_path / "none")})


def test_a_setting_with_a_password_is_refused_without_showing_it() -> None:
    """Settings are shown in the interface: the error says where such an address belongs."""
    with pytest.raises(ValidationError, match="WEBEMOTION_PROXY") as refusal:
        DownloadConfig(proxy="http://user:pass-1234@host")
    assert "pass-1234" not in str(refusal.value)
