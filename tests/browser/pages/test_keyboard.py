"""Keys of other layouts and of input methods, as the browser itself receives them."""

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.meeting import Meet

INPUT_METHOD = 229  # the key code of a key that an input method has consumed


def press(devtools: CDPSession, key: str, code: str, key_code: int, text: str = "") -> None:
    """Press and release a key; `text` is what it types."""
    event = {"key": key, "code": code, "windowsVirtualKeyCode": key_code, "nativeVirtualKeyCode": key_code}
    down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
    devtools.send("Input.dispatchKeyEvent", event | down)
    devtools.send("Input.dispatchKeyEvent", event | {"type": "keyUp"})


def compose(devtools: CDPSession, text: str) -> None:
    """Type into an input method, without confirming."""
    position = {"selectionStart": len(text), "selectionEnd": len(text)}
    devtools.send("Input.imeSetComposition", {"text": text, **position})


def confirm(devtools: CDPSession, text: str, key: str = "Enter") -> None:
    """Confirm as in Safari: the composition ends before the key that ended it."""
    devtools.send("Input.insertText", {"text": text})
    press(devtools, key, key, INPUT_METHOD)


def press_while_composing(devtools: CDPSession, key: str) -> None:
    """Press a key that the input method takes for itself, as in Chromium and as in Firefox."""
    press(devtools, "Process", key, INPUT_METHOD)
    press(devtools, key, key, {"Enter": 13, "Escape": 27}[key])


def field_in_dialog(page: Page) -> None:
    """Open the dialog of invitations and go to its field."""
    page.get_by_role("button", name="Invite", exact=True).click()
    dialog = page.get_by_role("dialog", name="Invite someone")
    dialog.get_by_text("More options").click()
    dialog.get_by_label("Label").focus()


def test_letters_and_input_methods_of_other_scripts(person: Meet) -> None:
    olga = person("Olga")
    olga.sign_in()
    slug, _ = olga.make_room()
    olga.go(f"/r/{slug}")
    page = olga.page
    devtools = olga.context.new_cdp_session(page)

    # The name is composed: neither the confirming Enter nor one inside the composition joins.
    expect(page.locator("#join-form button[type=submit]")).to_be_enabled()
    page.get_by_label("Your name").fill("")
    compose(devtools, "おるが")
    press_while_composing(devtools, "Enter")
    confirm(devtools, "オルガ")
    press(devtools, "Enter", "Enter", INPUT_METHOD, "\r")
    olga.see_call_state("prejoin")
    press(devtools, "Enter", "Enter", 13, "\r")
    olga.see_call_state("in-call")

    # Greek, Hebrew, Russian: the place of M, V and H. A Latin layout keeps its own places.
    microphone = page.get_by_role("button", name="Microphone")
    camera = page.get_by_role("button", name="Camera")
    hand = page.get_by_role("button", name="Raise hand")
    press(devtools, "μ", "KeyM", 77)
    expect(microphone).to_have_attribute("aria-pressed", "false")
    press(devtools, "ה", "KeyV", 86)
    expect(camera).to_have_attribute("aria-pressed", "false")
    press(devtools, "р", "KeyH", 72)
    expect(hand).to_have_attribute("aria-pressed", "true")
    press(devtools, ",", "KeyM", 188)  # AZERTY
    press(devtools, "Dead", "KeyM", 77)
    press(devtools, "Unidentified", "", INPUT_METHOD)
    press(devtools, "m", "Semicolon", 77)  # AZERTY
    expect(microphone).to_have_attribute("aria-pressed", "true")

    # The chat: Enter and Escape of a composition neither send nor close.
    press(devtools, "с", "KeyC", 67)
    field = page.get_by_label("Message everyone")
    expect(field).to_be_focused()
    compose(devtools, "にほん")
    press_while_composing(devtools, "Enter")
    press_while_composing(devtools, "Escape")
    confirm(devtools, "日本")
    compose(devtools, "ご")
    confirm(devtools, "語", "Escape")
    expect(field).to_have_value("日本語")
    expect(page.locator(".chat__message")).to_have_count(0)
    press(devtools, "Enter", "Enter", 13, "\r")
    expect(page.locator(".chat__text")).to_have_text(["日本語"])
    press(devtools, "Escape", "Escape", 27)
    expect(field).to_be_hidden()

    # A form in a dialog: no link is made, the dialog stays.
    field_in_dialog(page)
    compose(devtools, "えいだ")
    press_while_composing(devtools, "Enter")
    press_while_composing(devtools, "Escape")
    confirm(devtools, "エイダ")
    compose(devtools, "さん")
    confirm(devtools, "さん", "Escape")
    dialog = page.get_by_role("dialog", name="Invite someone")
    expect(dialog.get_by_label("Label")).to_have_value("エイダさん")
    expect(dialog.get_by_label("Invite link", exact=True)).to_be_hidden()
    press(devtools, "Escape", "Escape", 27)
    expect(dialog).to_be_hidden()
