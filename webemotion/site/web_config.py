"""What a user may set about searching and downloading.

Waiting times follow yt-dlp's advice for guests
(https://github.com/yt-dlp/yt-dlp/wiki/Extractors).
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class WebConfig(BaseModel):
    """What searching and downloading share."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    max_duration_s: float = Field(
        240.0, gt=0, description="Videos this long or longer are not wanted, in seconds."
    )
    denied_channels: tuple[str, ...] = Field(
        (), description="Ids of channels whose videos are not wanted."
    )
    socket_timeout_s: float = Field(
        20.0, gt=0, description="Longest silence of a connection, in seconds."
    )
    retries: int = Field(
        3, ge=0, le=20, description="How often one request is repeated after a failure."
    )
    retry_wait_s: float = Field(
        1.0, ge=0, description="Wait before the first repetition, in seconds; doubles each time."
    )
    request_wait_s: float = Field(
        0.75, ge=0, description="Wait between two requests to the site, in seconds."
    )
    proxy: str | None = Field(
        None, description="Address of a proxy, such as http://127.0.0.1:8080; None for no proxy."
    )

    @field_validator("proxy")
    @classmethod
    def _has_no_password(cls, value: str | None) -> str | None:
        """Settings are kept and shown; see `secrets` for what must not be."""
        if value is not None and "@" in value:
            raise ValueError(
                "proxy: must hold no user and password; put such an address into the environment"
                " variable WEBEMOTION_PROXY or the Prefect secret block webemotion-proxy"
            )
        return value

    verify_tls: bool = Field(True, description="Refuse a site whose certificate is not trusted.")
    extractor_args: dict[str, dict[str, list[str]]] = Field(
        default_factory=dict,
        description="yt-dlp's extractor arguments: extractor → key → values.",
    )


class SearchConfig(WebConfig):
    """How to search."""

    top: int = Field(20, ge=1, le=500, description="Videos wanted per query.")
    over_fetch: float = Field(
        2.0,
        ge=1,
        le=10,
        description="Results asked for per video wanted, since some are rejected.",
    )
    deadline_s: float = Field(
        120.0, gt=0, description="A search that takes longer is killed, in seconds."
    )


class DownloadConfig(WebConfig):
    """How to download."""

    licence: Literal["any", "cc"] = Field(
        "any", description="Whose videos to take: all, or those under Creative Commons alone."
    )
    max_resolution_px: int = Field(
        480, ge=144, le=4320, description="Largest shorter side of the picture, in pixels."
    )
    max_bytes: int = Field(80 << 20, ge=1, description="Largest file accepted, in bytes.")
    download_wait_s: float = Field(
        5.0, ge=0, description="Wait before each download, in seconds; up to twice as long."
    )
    deadline_s: float = Field(
        300.0, gt=0, description="A download that takes longer is killed, in seconds."
    )
