"""Files for a person who is away wait in the sender's browser, and go across when both are there."""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.person import Person
from tests.browser.test_call_page import expect_accessible
from tests.browser.test_files import count_sent
from tests.browser.test_resuming import HOLD, PART, REST

pytestmark = pytest.mark.devices_off

Meet = Callable[..., Person]
AWAY = "/accounts/"  # a page of this site that is neither a room nor the list of rooms
DIGESTS = """async () => {
  const digests = [];
  const walk = async (folder) => {
    for await (const entry of folder.values()) {
      if (entry.kind === "directory") await walk(entry);
      else if (entry.name === "data") {
        const digest = await crypto.subtle.digest("SHA-256", await (await entry.getFile()).arrayBuffer());
        digests.push(Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(""));
      }
    }
  };
  await walk(await navigator.storage.getDirectory());
  return digests;
}"""


@pytest.fixture
def thesis(tmp_path: Path) -> Path:
    """A file of three megabytes and a bit."""
    path = tmp_path / "thesis.pdf"
    path.write_bytes(os.urandom(3_210_987))
    return path


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A short text."""
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk.")
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def waiting(who: Person) -> Locator:
    """Return the entries of the list of waiting files."""
    return who.page.locator("#waiting-files .transfer")


def leave_for(sender: Person, name: str, *paths: Path) -> None:
    """Choose files in the call for a person who is away."""
    sender.page.locator("#files-input").set_input_files([str(path) for path in paths])
    sender.page.locator("#files-to").select_option(label=f"{name} (away): send later")
    sender.page.get_by_role("button", name="Send", exact=True).click()


def meet_once(person: Meet, browser: Browser | None = None) -> tuple[Person, Person, str]:
    """Let Olga and Max meet in a room of hers, and Max leave; return both and the room."""
    olga, max_ = person("Olga"), person("Max", **({"browser": browser} if browser else {}))
    olga.sign_in()
    slug, link = olga.make_room()
    max_.sign_in()
    max_.redeem(link)
    for who in (max_, olga):
        who.join(slug)
    for who in (max_, olga):
        who.see_others(1)
    max_.leave()
    max_.go(AWAY)
    olga.see_others(0)
    return olga, max_, slug


@pytest.mark.long
def test_a_file_waits_until_both_are_there_and_either_can_end_it(person: Meet, thesis: Path, notes: Path) -> None:
    olga, max_, slug = meet_once(person)
    leave_for(olga, "Max", thesis)
    expect(waiting(olga)).to_contain_text("Waiting in this browser since")
    olga.leave()
    olga.go(f"/rooms/{slug}/#files")
    form = olga.page.locator("#later-form")
    expect(form.get_by_role("button", name="Choose files")).to_be_visible()  # the page listens from then on
    form.locator("input[type=file]").set_input_files(str(notes))
    form.get_by_role("button", name="Send").click()
    expect(form).to_contain_text("Waiting for Max.")
    expect(waiting(olga)).to_have_count(2)
    expect_accessible(olga.page)
    olga.go("/rooms/")
    waiting(olga).filter(has_text="notes.txt").get_by_role("button", name="Take back").click()
    expect(waiting(olga)).to_have_count(1)
    max_.go("/rooms/")
    expect(waiting(max_)).to_contain_text("Received, ", timeout=20_000)
    expect(waiting(olga)).to_contain_text("Max has received them.")
    assert digest(thesis) in max_.page.evaluate(DIGESTS)
    assert digest(notes) not in max_.page.evaluate(DIGESTS)

    # The other way round, and Olga does not want it.
    olga.go(AWAY)
    max_.join(slug)
    leave_for(max_, "Olga", thesis)
    expect(waiting(max_)).to_contain_text("For Olga")
    max_.page.get_by_role("button", name="Leave").click()
    max_.page.get_by_role("button", name="Keep and leave").click()
    max_.see_call_state("ended")
    max_.go(AWAY)
    olga.go("/rooms/")
    waiting(olga).get_by_role("button", name="Decline").click()
    expect(waiting(olga).filter(has_text="From Max")).to_have_count(0)
    max_.go("/rooms/")
    expect(waiting(max_)).to_contain_text("Not delivered: Olga declined them, or is no longer in the room.")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of 12 megabytes and a bit."""
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(12_345_678))
    return path


@pytest.mark.long
@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_a_waiting_file_goes_over_the_call_or_beside_it(
    person: Meet, request: pytest.FixtureRequest, engine: str, film: Path, notes: Path
) -> None:
    olga, max_, slug = meet_once(person, request.getfixturevalue(engine))
    leave_for(olga, "Max", film)
    expect(waiting(olga)).to_contain_text("film.mp4")
    olga.leave()
    olga.go("/rooms/")
    olga.page.evaluate(HOLD, PART)
    max_.go("/rooms/")
    # In the middle the receiver reloads, then the sender: each time it goes on, and what is here is not sent again.
    expect(waiting(max_)).to_contain_text(re.compile(r"\b[56](\.\d)? MB of 12\.3 MB"), timeout=30_000)
    max_.page.reload()
    expect(waiting(max_)).to_contain_text("MB of 12.3 MB", timeout=30_000)
    olga.page.reload()
    count_sent(olga)
    expect(waiting(max_)).to_contain_text("Received, ", timeout=60_000)
    expect(waiting(olga)).to_contain_text("Max has received them.")
    assert olga.page.evaluate("sentBytes") < REST
    assert digest(film) in max_.page.evaluate(DIGESTS)

    # Olga is in the call, and Max joins it: the call carries it, and no press is needed.
    olga.join(slug)
    leave_for(olga, "Max", notes)
    expect(waiting(olga).filter(has_text="notes.txt")).to_contain_text("Waiting in this browser since")
    max_.join(slug)
    expect(waiting(olga).filter(has_text="notes.txt")).to_contain_text("Max has received them.", timeout=30_000)
    assert digest(notes) in max_.page.evaluate(DIGESTS)
    # One of the two is in the call, and the other is not.
    max_.page.get_by_role("button", name="Leave").click()
    max_.page.get_by_role("button", name="Keep and leave").click()
    max_.see_call_state("ended")
    olga.see_others(0)
    notes.write_text("Buy bread.")
    leave_for(olga, "Max", notes)
    max_.go("/rooms/")
    expect(waiting(max_).filter(has_text="notes.txt")).to_contain_text("Received, ", timeout=30_000)
    assert digest(notes) in max_.page.evaluate(DIGESTS)
    expect(olga.page.locator("mp-tile[data-self='false']")).to_have_count(0)
