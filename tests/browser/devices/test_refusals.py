"""What a person reads when camera, microphone or screen is refused, and that only a press asks again."""

from playwright.sync_api import expect

from tests.browser.devices.scripted import BLOCKED, DISMISSED, REFUSE
from tests.browser.meeting import Meet

PHONE = {"width": 390, "height": 844}


def test_a_closed_question_is_asked_again_only_by_a_press(person: Meet) -> None:
    olga = person("Olga", viewport=PHONE)
    olga.sign_in()
    slug, _ = olga.make_room()
    olga.context.add_init_script(REFUSE + DISMISSED)
    olga.go(f"/r/{slug}")
    problems = olga.page.locator(".prejoin__problems")

    # One question for both, one notice for both, and Join is in view on a phone.
    expect(problems).to_contain_text("Camera and microphone aren't allowed yet.")
    expect(problems.locator(".notice")).to_have_count(1)
    assert olga.page.evaluate("asked.length") == 1
    join = olga.page.locator("#join-form button[type=submit]").bounding_box()
    assert join
    assert join["y"] + join["height"] <= PHONE["height"]

    # A press asks again, once; the person blocks it this time, then changes their mind in the browser's settings.
    olga.page.evaluate(BLOCKED)
    problems.get_by_role("button", name="Try again").click()
    expect(problems).to_contain_text("Camera and microphone are blocked.")
    assert olga.page.evaluate("asked.length") == 2
    olga.page.evaluate("refusal = null, change('camera', 'granted'), change('microphone', 'granted')")
    expect(problems.locator(".notice")).to_have_count(0)
    assert olga.page.evaluate("asked.length") == 2
    olga.page.locator("#prejoin [data-toggle=camera]").click()
    expect(olga.page.locator(".preview")).to_have_attribute("data-camera", "on")
    olga.join()

    # A screen that the system withholds is named; one that the person called off is not.
    share = olga.page.evaluate
    share("refusal = ['NotAllowedError', 'Permission denied by user']")
    olga.use("Share screen")
    olga.page.wait_for_function("() => asked.at(-1) === 'getDisplayMedia'")
    share("refusal = ['NotAllowedError', 'Permission denied by system']")
    olga.use("Share screen")
    expect(olga.page.locator(".toast")).to_have_count(1)
    expect(olga.page.locator(".toast")).to_contain_text("the system doesn't let this browser record the screen")
