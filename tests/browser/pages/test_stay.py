"""A stay in a call: the first press counts, and the last one asks where something would be lost."""

import os
from pathlib import Path

from playwright.sync_api import Dialog, expect

from tests.browser.meeting import Meet, make_meeting
from tests.browser.pages.held import HeldModules

SENT_TRACKS = """() => {
  globalThis.live = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    globalThis.live.push(...stream.getTracks());
    return stream;
  };
}"""


def test_early_presses_count_and_a_call_is_not_closed_by_accident(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Max")
    olga, (guest,) = meeting.olga, meeting.guests
    questions: list[str] = []

    def refuse(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    olga.page.on("dialog", refuse)

    # Alone in the call, a reload is nothing to ask about.
    olga.join()
    olga.page.reload()
    olga.see_call_state("prejoin")
    assert questions == []
    olga.join()

    # Max presses and types before there are any modules.
    guest.page.evaluate("localStorage.setItem('meeting-point.name', 'Yesterday')")
    guest.context.add_init_script(f"({SENT_TRACKS})()")

    held = HeldModules(guest.page)
    held.open(f"{guest.app.origin}/r/{meeting.slug}")
    expect(guest.page.get_by_text("Loading…", exact=True)).to_be_visible()
    preview = guest.page.locator(".preview")
    preview.get_by_role("button", name="Microphone").click()
    guest.page.keyboard.press("v")
    for name in ("Microphone", "Camera"):
        expect(preview.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "false")
    guest.page.get_by_label("Your name").press_sequentially("Max")
    guest.page.get_by_label("Your name").press("Enter")
    expect(guest.page.get_by_text("Joining as soon as the page has loaded")).to_be_visible()
    # Not with half a name: what changes after the press takes it back, and a press of the whole is kept again.
    guest.page.get_by_label("Your name").press_sequentially("imilian")
    expect(guest.page.get_by_text("You changed something. Press the button again.")).to_be_visible()
    assert guest.page.locator("[data-pressed]").count() == 0
    guest.page.get_by_label("Your name").press("Enter")
    expect(guest.page.get_by_text("Joining as soon as the page has loaded")).to_be_visible()

    held.release()
    guest.see_call_state("in-call")
    assert guest.page.url == f"{guest.app.origin}/r/{meeting.slug}"
    assert guest.page.evaluate("live.filter(({ kind, enabled }) => kind === 'video' || enabled).length") == 0
    tile = olga.page.locator("mp-tile[data-self='false']")
    expect(tile).to_contain_text("Maximilian")
    expect(tile).to_have_attribute("data-muted", "true")
    expect(tile).to_have_attribute("data-camera", "false")
    toolbar = guest.page.get_by_label("Call controls")
    for name in ("Microphone", "Camera"):
        expect(toolbar.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "false")
    olga.see_others(1)

    # With others, the tab stays when the person says so.
    with olga.page.expect_event("dialog"):
        olga.page.close(run_before_unload=True)
    assert questions == ["beforeunload"]
    olga.see_others(1)

    # While a file is on its way, Leave asks as well, at both ends.
    file = tmp_path / "film.mp4"
    file.write_bytes(os.urandom(30_000_000))
    guest.page.locator("#files-input").set_input_files(str(file))
    guest.page.get_by_role("button", name="Send", exact=True).click()
    olga.use("Files")
    entry = olga.page.locator(".transfer").first
    entry.get_by_role("button", name="Download").click()
    entry.get_by_role("button", name="Pause").click()
    for who in meeting.people:
        who.page.get_by_role("button", name="Leave", exact=True).click()
        question = who.page.get_by_role("dialog", name="A file is still being transferred")
        expect(question).to_be_visible()
        question.get_by_role("button", name="Stay in the call").click()
        expect(question).to_be_hidden()
        who.see_others(1)
    guest.page.get_by_role("button", name="Leave", exact=True).click()
    guest.page.get_by_role("button", name="Leave anyway").click()
    guest.see_call_state("ended")

    # Nothing asks after the call.
    guest.page.on("dialog", refuse)
    with guest.page.expect_event("close"):
        guest.page.close(run_before_unload=True)
    assert questions == ["beforeunload"]
