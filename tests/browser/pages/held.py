"""A line on which the modules of a page do not arrive until the test says so."""

from playwright.sync_api import Page, Route

from tests.services import wait_until


class HeldModules:
    """Holds back every script but `early.js`, or those of a pattern, until `release`."""

    def __init__(self, page: Page, pattern: str = "**/js/**") -> None:
        self.page = page
        self._holds = True
        self._held: list[Route] = []
        page.route(pattern, self._on_request)

    def _on_request(self, route: Route) -> None:
        if self._holds:
            self._held.append(route)
        else:
            route.continue_()

    def open(self, url: str) -> None:
        """Open a page; return when it is there but for its modules."""
        self._drop()
        self.page.goto(url, wait_until="commit")
        wait_until(lambda: self.page.evaluate("document.readyState") != "loading", 10, "the whole page")
        # `early.js`, where the page has it, enables what it can remember.
        self.page.locator("[data-early='press']:disabled").first.wait_for(state="detached")

    def release(self) -> None:
        """Let all modules arrive, those that they import too."""
        self._holds = False
        for route in self._held:
            route.continue_()
        self._held.clear()

    def fail(self) -> None:
        """Let the modules fail as on a broken line; the next ones arrive."""
        self._holds = False
        for route in self._held:
            route.abort()
        self._held.clear()

    def _drop(self) -> None:
        """Answer for a page that is given up."""
        for route in self._held:
            route.fulfill(body="", content_type="text/javascript")
        self._held.clear()
