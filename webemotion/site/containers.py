"""Which media container a file is, by its first bytes.

ISO base media files (ISO/IEC 14496-12) carry a box of type ``ftyp`` or, in fragments, ``styp``;
Matroska and WebM open with the EBML header (RFC 8794); MPEG transport streams repeat the byte
0x47 every 188 bytes (ISO/IEC 13818-1).
"""

from pathlib import Path

from webemotion.errors import NotAVideo


def container_of(path: Path) -> str:
    """Return ``mp4``, ``webm`` or ``ts``; anything else raises ``NotAVideo``."""
    with path.open("rb") as file:
        head = file.read(189)
    if head[4:8] in (b"ftyp", b"styp"):
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm"
    if len(head) == 189 and head[0] == head[188] == 0x47:
        return "ts"
    msg = f"no media container begins with {head[:16]!r}"
    raise NotAVideo(msg)
