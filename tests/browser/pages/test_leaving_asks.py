"""A tab in a call is not closed, and a transfer not left behind, by accident."""

import os
from pathlib import Path

from playwright.sync_api import Dialog, expect

from tests.browser.meeting import Meet, make_meeting


def test_closing_asks_in_company_and_leaving_asks_about_files(person: Meet, tmp_path: Path) -> None:
    meeting = make_meeting(person, "Guest")
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

    # With others, the tab stays when the person says so.
    olga.join()
    guest.join()
    olga.see_others(1)
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
