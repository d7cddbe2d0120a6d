"""A person at a browser of their own: what they do, what they see, and what their browser complains about."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Download, Error, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from tests.app_server import AppServer
from tests.services import wait_until

PASSWORD = "a long pass phrase for tests"
# The browser itself logs responses of 4xx and a lost socket as errors; the tests cause both on purpose.
# A missing static file is still a complaint.
EXPECTED = re.compile(
    r"^(Failed to load resource: .*|WebSocket connection to .* failed.*|Firefox can.t establish .*"
    r"|The connection to wss?://.* was interrupted while the page was loading.*)"
)

# A page of the site on which nothing runs.
EMPTY_PAGE = "/robots.txt"
# A page that is loaded and not shown: its scripts do not run.
LOAD = """const load = (method, url, fields) => new Promise((resolve, reject) => {
  const request = Object.assign(new XMLHttpRequest(), { responseType: 'document' });
  request.onloadend = () => (request.status === 200 ? resolve(request.response) : reject(new Error(url)));
  request.open(method, url);
  request.send(fields);
});
const modulesOf = (page, names) => {
  const base = page.querySelector('script[type=module]').src;
  return Promise.all(names.map((name) => import(new URL(`../${name}.js`, base).href)));
};"""
# As the page of an invitation does when a person presses *Join*.
REDEEM = f"""async (link) => {{
  {LOAD}
  const page = await load('GET', '/i');
  const [{{ Invitation }}, {{ parseInviteLink }}] = await modulesOf(page, ['call/invitation', 'keys/invite']);
  const {{ lookUrl: look, redeemUrl: redeem, callUrl: call }} = page.querySelector('.invite-page').dataset;
  const invitation = new Invitation({{ look, redeem, call }});
  invitation.link = parseInviteLink(new URL(link).hash);
  await invitation.look();
  return (await invitation.redeem()).slug;
}}"""
# As the pages for a new room and for its links do.
MAKE_ROOM = f"""async ([name, people]) => {{
  {LOAD}
  const form = (await load('GET', '/rooms/new')).querySelector('form:has(input[name=name])');
  const fields = new FormData(form);
  fields.set('name', name);
  fields.set('max_people', people);
  const page = await load('POST', form.action, fields);
  const [{{ loadRoomKey }}, {{ setRoomKey }}, {{ createAnyonesLink }}] = await modulesOf(
    page, ['keys/key-store', 'keys/set-room-key', 'keys/make-invite-link']);
  const {{ slug, url: keyUrl }} = page.querySelector('mp-room-key[data-at-once]').dataset;
  await setRoomKey({{ slug, epoch: 1, url: keyUrl, byHosts: false }});
  const {{ raw: key }} = await loadRoomKey(slug);
  const {{ url, roomName, by }} = page.querySelector('mp-invite-form').dataset;
  const {{ link }} = await createAnyonesLink({{ url, slug, epoch: 1, key, byHosts: false, name: roomName, by }});
  return [slug, link];
}}"""
# As if both buttons were pressed while the page was still loading: then no device is opened.
DEVICES_OFF = """new MutationObserver((_, watch) => {
  const buttons = document.querySelectorAll(".preview [data-early][data-toggle]");
  for (const button of buttons) button.ariaPressed = "false";
  if (buttons.length === 2) watch.disconnect();
}).observe(document, { childList: true, subtree: true })"""
NOTHING = {"frames": 0.0, "energy": 0.0}
CONNECTED = """(count) => {
  const others = [...document.querySelectorAll("mp-tile[data-self='false']")];
  return others.length === count && others.every(({ dataset }) => dataset.state === 'connected');
}"""
RECEIVED = """async () => {
  const received = {};
  for (const [pid, peer] of globalThis.meetingPoint?.mesh?.peers ?? []) {
    const of = (received[pid] = { frames: 0, energy: 0 });
    for (const entry of (await peer.getStats()).values()) {
      if (entry.type !== 'inbound-rtp') continue;
      if (entry.kind === 'video') of.frames += entry.framesDecoded ?? 0;
      if (entry.kind === 'audio') of.energy += entry.totalAudioEnergy ?? 0;
    }
  }
  return received;
}"""


class Person:
    """A person with a fresh browser profile. `complaints` holds CSP reports, script errors and console errors,
    `downloads` what their browser downloaded.

    They have seen the hints of the call before, unless it is their `first_visit`; with `devices_off` they switch
    microphone and camera off before they join.
    """

    def __init__(self, browser: Browser, app: AppServer, name: str, **context: Any) -> None:
        first_visit = context.pop("first_visit", False)
        self.devices_off = context.pop("devices_off", False)
        self.app = app
        self.name = name
        self.address = f"{name.lower()}@example.org"
        self.complaints: list[str] = []
        self.downloads: list[Download] = []
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context})
        self.context.expose_binding("reportViolation", lambda _, text: self.complaints.append(f"CSP: {text}"))
        self.context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => globalThis.reportViolation("
            "`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));"
        )
        if not first_visit:
            self.context.add_init_script("try { localStorage.setItem('hints-seen', 'yes') } catch {}")
        if self.devices_off:
            self.context.add_init_script(DEVICES_OFF)
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open another tab in the same profile."""
        page = self.context.new_page()
        page.set_default_timeout(45_000)
        page.on("download", lambda download: self.downloads.append(download))
        page.on("pageerror", self._on_error)
        page.on("console", self._on_console)
        return page

    def _on_error(self, error: Error) -> None:
        # Firefox reports a lost socket as an error of the page.
        if not EXPECTED.match(str(error)):
            self.complaints.append(f"script: {error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        missing_file = message.text.startswith("Failed to load") and "/static/" in place
        if message.type == "error" and (missing_file or not EXPECTED.match(message.text)):
            self.complaints.append(f"console: {message.text} ({place})")

    # ── Going places ─────────────────────────────────────────────────────────────────────────────
    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.app.origin + path)

    def sign_up(self) -> None:
        """Create an account and confirm the address with the code from the mail."""
        self.go("/accounts/signup/")
        self.page.get_by_label("Email address").fill(self.address)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign up").click()
        self.page.get_by_label("Code").wait_for()
        code = re.search(r"\b\d{6}\b", self.app.mail_to(self.address))
        assert code, "the mail has no code"
        self.page.get_by_label("Code").fill(code[0])
        self.page.get_by_role("button", name="Continue").click()
        self.page.wait_for_url("**/rooms/first")

    def sign_in(self) -> None:
        """Be signed in to an existing account: with a session that is there already, where there is one."""
        keys = self.app.sessions.get(self.address)
        if keys:
            cookie = {
                "name": "meetingpoint_session",
                "value": keys.pop(),
                "url": self.app.origin,
                "httpOnly": True,
                "sameSite": "Lax",
            }
            self.context.add_cookies([cookie])  # type: ignore[list-item]
        else:
            self.sign_in_with_password()

    def sign_in_with_password(self) -> None:
        """Sign in on the page for it; afterwards the rooms are shown."""
        self.go("/accounts/login/?next=/rooms/")
        self.page.get_by_label("Email address").fill(self.address)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url("**/rooms/")

    # ── Rooms and links ──────────────────────────────────────────────────────────────────────────
    def create_room(self, name: str = "Monday meeting", people: int = 4) -> str:
        """Create a room, wait until this browser has given it a key, and return its slug."""
        self.go("/rooms/new")
        self.page.locator("input[name=name]").fill(name)
        self.page.get_by_text("More settings").click()
        self.page.locator("select[name=max_people]").select_option(str(people))
        self.page.get_by_role("button", name="Create room").click()
        expect(self.page.get_by_text("Room key on").first).to_be_visible()
        return str(self.page.locator("[data-room]").get_attribute("data-room"))

    def make_room(self, name: str = "Monday meeting", people: int = 4) -> tuple[str, str]:
        """Create a room with a key and a link for anyone, without the pages for it; return its slug and the link.

        The pages of a new room take as much processor time as two people take to meet.
        """
        self.go(EMPTY_PAGE)
        slug, link = self.page.evaluate(MAKE_ROOM, [name, str(people)])
        return slug, link

    def create_link(self, lasts: str = "1 day", lets_in: str = "One person", label: str = "") -> str:
        """Create an invite link on the page where this person is and return it."""
        self.open_section("links")
        form = self.page.locator("mp-invite-form")
        form.get_by_role("radio", name=re.compile(f"^{lets_in}")).check()
        if label or lasts != "1 day":
            form.get_by_text("More options").click()
            form.get_by_label("Expires after").select_option(lasts)
            form.get_by_label("Label").fill(label)
        form.get_by_role("button", name="Create invite link").click()
        field = form.get_by_label("Invite link")
        expect(field).to_have_value(re.compile("/i#k="))
        link = field.input_value()
        form.get_by_role("button", name="Create another link").click()
        return link

    def open_section(self, name: str) -> None:
        """Open a section of the room's page, unless it is open; elsewhere there is none."""
        open_section(self.page, name)

    def follow(self, link: str) -> None:
        """Open an invite link as it was sent: the page before the call, or why it does not work."""
        self.page.goto(link)

    def redeem(self, link: str) -> None:
        """Use a link that works, without its page and without joining; go to the room's own page before the call."""
        self.go(EMPTY_PAGE)
        self.go(f"/r/{self.page.evaluate(REDEEM, link)}")

    # ── In the call ──────────────────────────────────────────────────────────────────────────────
    def join(self, slug: str = "") -> None:
        """Enter the call (from the room's page when `slug` is given) under this person's name."""
        if slug:
            self.go(f"/r/{slug}")
        self.page.get_by_label("Your name").fill(self.name)
        self.page.locator("#join-form button[type=submit]").click()
        self.see_call_state("in-call")

    def use(self, tool: str) -> None:
        """Press a button of the toolbar, or of the "More" menu where a narrow page has moved it."""
        button = self.page.get_by_label("Call controls").get_by_role("button", name=tool)
        if button.count() == 0:
            self.page.get_by_role("button", name="More", exact=True).click()
            button = self.page.get_by_role("group", name="More").get_by_role("button", name=tool)
        button.click()

    def leave(self) -> None:
        """Press Leave."""
        self.page.get_by_role("button", name="Leave").click()
        self.see_call_state("ended")

    def see_call_state(self, state: str, seconds: float = 30) -> None:
        """Wait until the call page is prejoin, joining, in-call, reconnecting or ended."""
        expect(self.page.locator(f"html[data-call-state='{state}']")).to_be_attached(timeout=seconds * 1000)

    def see_others(self, count: int, seconds: float = 30) -> None:
        """Wait until there are tiles of `count` other people, no more and no fewer, all of them connected."""
        try:
            self.page.wait_for_function(CONNECTED, arg=count, timeout=seconds * 1000, polling=100)
        except TooLate:  # say what there is
            expect(self.page.locator("mp-tile[data-self='false']")).to_have_count(count, timeout=1)
            expect(self.page.locator("mp-tile[data-self='false'][data-state='connected']")).to_have_count(
                count, timeout=1
            )
            raise

    def pin(self, name: str, action: str = "Pin") -> None:
        """Press an action in the menu of a person's tile."""
        self.page.get_by_role("button", name=f"More about {name}").press("Enter")
        self.page.locator("#person-menu").get_by_role("button", name=action, exact=True).press("Enter")

    def received(self) -> dict[str, dict[str, float]]:
        """Return, for each peer, the decoded frames and the audio energy so far."""
        return self.page.evaluate(RECEIVED)

    def receives_more(self, count: int, before: dict[str, dict[str, float]]) -> bool:
        """Say whether ten more frames and more sound than `before` came from each of `count` peers."""
        now = self.received()
        return len(now) == count and all(
            of["frames"] >= before.get(pid, NOTHING)["frames"] + 10
            and of["energy"] > before.get(pid, NOTHING)["energy"]
            for pid, of in now.items()
        )

    def see_and_hear(self, count: int, seconds: float = 30) -> None:
        """Wait until, from each of `count` peers, ten more frames have been decoded and more sound was received."""
        see_and_hear([self], count, seconds)

    def close(self) -> None:
        """Close the profile and forget everything in it."""
        self.context.close()


def open_section(page: Page, name: str) -> None:
    """Open a section of a room's page by its id, unless it is open."""
    section = page.locator(f"details#{name}:not([open]) > summary")
    if section.count():
        section.click()


def see_and_hear(people: Iterable[Person], count: int, seconds: float = 30) -> None:
    """Wait until each of `people` sees and hears `count` peers; all at once, as a second passes for all of them."""
    befores = [(who, who.received()) for who in people]
    for who, before in befores:
        flows = partial(who.receives_more, count, before)
        wait_until(flows, seconds, f"{who.name} sees and hears {count} others (before: {before})")
