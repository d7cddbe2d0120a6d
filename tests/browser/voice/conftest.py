"""A call in which one person speaks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.voice.sound import make_voice, speaking_chromium

# −46 dBFS: a computer on the desk.
NOISE_RMS = 0.005


@pytest.fixture(scope="module")
def speaking(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium in whose microphone someone speaks, with pauses, over noise."""
    with speaking_chromium(driver, make_voice(tmp_path_factory.mktemp("voice") / "voice.wav", NOISE_RMS)) as browser:
        yield browser
