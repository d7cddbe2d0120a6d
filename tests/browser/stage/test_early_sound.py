"""A voice is heard before there is a picture, and where none comes at all."""

from tests.browser.meeting import Meet, make_meeting
from tests.browser.person import Person
from tests.services import wait_until

CAMERA = ".preview [data-toggle='camera']"
# Chromium counts the energy of what it plays: none of what waits for a picture, or is muted.
ENERGY = """async () => {
  const [peer] = meetingPoint.mesh.peers.values();
  const stats = [...(await peer.transceivers.audio.receiver.getStats()).values()];
  return stats.find(({ type }) => type === 'inbound-rtp')?.totalAudioEnergy ?? 0;
}"""
# The microphone beeps twice a second.
IS_SILENT = f"""async () => {{
  const energy = {ENERGY};
  const samples = async () => {{
    const [peer] = meetingPoint.mesh.peers.values();
    const stats = [...(await peer.transceivers.audio.receiver.getStats()).values()];
    return stats.find(({{ type }}) => type === 'inbound-rtp').totalSamplesReceived;
  }};
  const [before, from] = [await energy(), await samples()];
  while (await samples() < from + 72_000) await new Promise((resolve) => setTimeout(resolve, 100));
  return await energy() === before;
}}"""
KEEP_AUDIO = """globalThis.audios = [];
globalThis.Audio = class extends Audio {
  constructor(...options) {
    super(...options);
    audios.push(this);
  }
};"""
PLAYING = "() => audios.filter(({ paused }) => !paused).length"


def hear(who: Person) -> None:
    """Wait until more of the other person is played."""
    before = who.page.evaluate(ENERGY)
    wait_until(lambda: who.page.evaluate(ENERGY) > before, 10, "the other person is heard")


def test_a_person_who_joins_with_the_camera_off_is_heard(person: Meet) -> None:
    meeting = make_meeting(person, "Guest")
    olga, (guest,) = meeting.olga, meeting.guests
    guest.context.add_init_script(KEEP_AUDIO)
    guest.page.reload()
    olga.page.locator(CAMERA).click()
    olga.join()
    guest.join()
    guest.see_others(1)
    hear(guest)

    # Muted for the guest, and loud again.
    guest.pin("Olga", "Mute for me")
    wait_until(lambda: guest.page.evaluate(IS_SILENT), 10, "she is muted")
    guest.pin("Olga", "Unmute for me")
    hear(guest)

    # With a picture, the tile plays both.
    assert guest.page.evaluate(PLAYING) == 1
    olga.use("Camera")
    guest.page.wait_for_function("() => audios.every(({ paused }) => paused)")
    hear(guest)
    assert guest.page.evaluate(PLAYING) == 0
