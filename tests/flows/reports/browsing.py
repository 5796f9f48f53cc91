"""A page as a browser shows it, and what it asked for meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page


@dataclass(frozen=True, slots=True)
class Opened:
    """An open page.

    Attributes:
        page: to look at.
        requests: what it asked for, its own file among them.
        complaints: what the browser wrote to its console, refused requests among them.
    """

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def overflow_px(self) -> int:
        """How much wider than the window the page is."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def unfold(self) -> None:
        """Open all that is folded away."""
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


@contextmanager
def opened(browser: Browser, file: Path, width_px: int = 1200) -> Iterator[Opened]:
    """Open a file in a window of a width."""
    page = browser.new_page(viewport={"width": width_px, "height": 800})
    found = Opened(page)
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("console", lambda message: found.complaints.append(message.text))
    page.on("dialog", lambda dialog: found.complaints.append(dialog.message))
    page.goto(file.as_uri())
    try:
        yield found
    finally:
        page.close()
