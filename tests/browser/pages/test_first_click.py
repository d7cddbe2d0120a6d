"""From the opened link into the call: what need not wait does not wait, and what is needed later comes later."""

from playwright.sync_api import Page, Request, WebSocket, expect

from tests.browser.meeting import Meet
from tests.browser.pages.held import HeldModules
from tests.browser.person import see_and_hear
from tests.services import wait_until

# As modules, and as `make bundle` names them.
CALL_PAGE, CALL = "**/js/**/call.js", "**/js/**/running-call*.js"
CALL_PARTS = "**/call-parts/**"


class Watch:
    """The sockets and questions of a page, in the order in which they came."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[WebSocket] = []
        self.asked: list[str] = []
        page.on("websocket", lambda socket: self.sockets.append(socket))
        page.on("request", self._on_request)

    def _on_request(self, request: Request) -> None:
        if request.method == "POST":
            self.asked.append(request.url.rsplit("/", 1)[-1])


def test_redemption_socket_and_keys_do_not_wait_for_the_modules_of_the_call(person: Meet) -> None:
    olga, guest = person("Olga"), person("Guest")
    olga.sign_in()
    slug, link = olga.make_room()

    # The owner has pressed Join before any module was there: the socket is open by then, and the call uses it.
    seen, held = Watch(olga.page), HeldModules(olga.page, CALL_PAGE)
    olga.page.goto(f"{olga.app.origin}/r/{slug}", wait_until="commit")
    olga.page.get_by_label("Your name").fill("Olga")
    assert seen.sockets == []
    olga.page.locator("#join-form button[type=submit]").click()
    wait_until(lambda: olga.page.evaluate("globalThis.earlySocket?.readyState") == 1, 30, "the socket is open")
    held.release()
    olga.see_call_state("in-call")
    assert [socket.url.rpartition("/")[2] for socket in seen.sockets] == [slug]

    # The guest's link is used while the modules of the call are on their way, once.
    seen, held = Watch(guest.page), HeldModules(guest.page, CALL_PAGE)
    guest.page.goto(link, wait_until="commit")
    guest.page.get_by_label("Your name").fill("Guest")
    guest.page.locator("#join-form button[type=submit]").click()
    wait_until(lambda: guest.page.evaluate("globalThis.earlySocket?.readyState") == 1, 30, "the socket is open")
    held.release()
    guest.see_call_state("in-call")
    for who in (olga, guest):
        who.see_others(1)
    see_and_hear((olga, guest), 1)
    assert seen.asked == ["look", "redeem"]
    assert [socket.url.rpartition("/")[2] for socket in seen.sockets] == ["guests"]


def test_a_press_that_was_taken_back_uses_the_link_and_joins_no_one(person: Meet) -> None:
    olga, guest = person("Olga"), person("Guest")
    olga.sign_in()
    olga.create_room()
    link = olga.create_link()  # for one person
    seen, held = Watch(guest.page), HeldModules(guest.page, CALL_PAGE)
    guest.page.goto(link, wait_until="commit")
    field = guest.page.get_by_label("Your name")
    field.fill("Guest")
    with guest.page.expect_request("**/invites/redeem"):
        guest.page.locator("#join-form button[type=submit]").click()
    field.fill("Gast")
    held.release()
    expect(guest.page.get_by_text("You changed something. Press the button again.")).to_be_hidden()
    guest.see_call_state("prejoin")
    guest.page.locator("#join-form button[type=submit]").click()
    guest.see_call_state("in-call")
    expect(guest.page.locator("mp-tile[data-self=true]")).to_be_visible()
    assert seen.asked.count("look") == 1


def test_the_page_before_the_call_is_alive_without_the_modules_of_the_call(person: Meet) -> None:
    olga = person("Olga")
    olga.sign_in()
    slug, _ = olga.make_room()
    join = olga.page.locator("#join-form button[type=submit]:not([data-early])")

    held = HeldModules(olga.page, CALL)
    olga.page.goto(f"{olga.app.origin}/r/{slug}", wait_until="commit")
    expect(join).to_be_enabled()
    olga.page.get_by_label("Your name").fill("Olga")
    join.click()
    olga.see_call_state("joining")
    held.release()
    olga.see_call_state("in-call")

    # Where they, or the texts of the call, cannot be loaded, the page says so.
    for missing in (CALL, CALL_PARTS):
        olga.page.route(missing, lambda route: route.abort())
        olga.page.goto(f"{olga.app.origin}/r/{slug}")
        olga.page.get_by_label("Your name").fill("Olga")
        join.click()
        expect(olga.page.get_by_role("heading", name="Part of this page couldn't be loaded")).to_be_visible()
        expect(olga.page.get_by_role("button", name="Reload the page")).to_be_visible()
        olga.page.unroute(missing)
    olga.complaints.clear()
