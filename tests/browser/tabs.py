"""Chromium as people have it: a tab behind another one is hidden, and a tab can be shared with its sound."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.services import find_binary, wait_until


class Tabs:
    """For `Person`, in place of a browser: the one profile there is.

    Playwright leaves it as it is; elsewhere it keeps each tab visible.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def new_context(self, **_options: Any) -> BrowserContext:
        """Return the profile."""
        return self._browser.contexts[0]


@contextmanager
def chromium_with_tabs(driver: Playwright, *arguments: str, fake_prompts: bool = True) -> Iterator[Tabs]:
    """Run a Chromium of its own; without `fake_prompts` a shared tab is a real one."""
    fake = [one for one in CHROMIUM_ARGUMENTS if fake_prompts or one != "--use-fake-ui-for-media-stream"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        port_file = Path(folder) / "DevToolsActivePort"
        places = [f"--user-data-dir={folder}", "--remote-debugging-port=0", "--window-size=1280,900"]
        command = [find_binary("chromium"), "--headless=new", *fake, *places, *arguments, "about:blank"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_until(lambda: port_file.exists() and "\n" in port_file.read_text(), 30, "Chromium has started")
                port = port_file.read_text().splitlines()[0]
                browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
                yield Tabs(browser)
                browser.close()
            finally:
                process.terminate()
