"""What a microphone hears: a voice with pauses over noise, in a file that Chromium takes for its microphone."""

import math
import random
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.services import find_binary

RATE = 48_000
SYLLABLE_S, GAP_S, SYLLABLES, PAUSE_S = 0.2, 0.06, 8, 2.0
# The first three formants of some vowels, hertz.
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (530, 1840, 2480), (570, 840, 2410))
VOICE_RMS = 0.12


def _resonate(samples: list[float], frequency: float, bandwidth: float) -> list[float]:
    """Filter by a resonator of two poles."""
    radius = math.exp(-math.pi * bandwidth / RATE)
    first, second = 2 * radius * math.cos(2 * math.pi * frequency / RATE), -radius * radius
    before = last = 0.0
    out = []
    for sample in samples:
        last, before = (1 - radius) * sample + first * last + second * before, last
        out.append(last)
    return out


def _syllable(number: int) -> Iterator[float]:
    """Yield a vowel: pulses of a voice that falls, in the formants of a mouth, swelling and fading."""
    length = round(SYLLABLE_S * RATE)
    phase, pulses = 0.0, []
    for at in range(length):
        phase += (150 - 30 * at / length + 8 * (number % 3)) / RATE
        pulses.append(1.0 if phase >= 1 else 0.0)
        phase %= 1
    for formant in VOWELS[number % len(VOWELS)]:
        pulses = [a + b for a, b in zip(pulses, _resonate(pulses, formant, 90), strict=True)]
    for at, sample in enumerate(pulses):
        yield sample * math.sin(math.pi * at / length)


def make_voice(path: Path, noise_rms: float) -> Path:
    """Write a WAV file of two seconds of speech and two of pause over white noise, and return its path."""
    chance = random.Random(7)  # noqa: S311 - the same noise in every run
    voice: list[float] = []
    for number in range(SYLLABLES):
        voice.extend(_syllable(number))
        voice.extend([0.0] * round(GAP_S * RATE))
    rms = math.sqrt(sum(sample * sample for sample in voice) / len(voice))
    loud = [sample * VOICE_RMS / rms for sample in voice] + [0.0] * round(PAUSE_S * RATE)
    samples = array("h", (_clip(sample + chance.gauss(0, noise_rms)) for sample in loud))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def _clip(sample: float) -> int:
    return max(-32_768, min(32_767, round(sample * 32_767)))


@contextmanager
def speaking_chromium(driver: Playwright, voice: Path) -> Iterator[Browser]:
    """Run Chromium with a file for a microphone, over and over again."""
    browser = driver.chromium.launch(
        executable_path=find_binary("chromium-headless-shell"),
        headless=True,
        args=[*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-audio-capture={voice}"],
    )
    yield browser
    browser.close()
