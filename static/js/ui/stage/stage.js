/** The stage: tiles, list of people, banner. It shows a session and never changes it. */

import { isMirrored } from "../../media/devices/facing.js";
import { CODE } from "../../signaling/close-codes.js";
import { RemoteLevels } from "../../media/playback/remote-levels.js";
import { PersonalView } from "../people/personal-view.js";
import { Grid } from "./grid.js";
import { showNotice } from "../lib/announcer.js";
import { isShown } from "../lib/news-settings.js";
import { byId, find, text } from "../lib/page.js";
import { headCount, showPeople, showSpeaking } from "../people/people-list.js";
import { personMenu } from "../people/person-menu.js";
import { SafetyDialog } from "../keys/safety-dialog.js";
import { Tile } from "./tile.js";
import { toast } from "../lib/toasts.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { Offer } from "../../media/playback/media-output.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */

export class Stage {
  #root = byId("stage", HTMLElement);
  #grid = find(this.#root, "mp-grid", Grid);
  #banner = byId("banner", HTMLElement);
  #resumeButton = byId("hear", HTMLButtonElement);
  #people = byId("people", HTMLElement);
  #list = find(this.#people, ".people__list", HTMLElement);
  outputs;
  view;
  levels;
  #session;
  #life = new AbortController();

  /** @param {CallSession} session @param {MediaOutputs} outputs */
  constructor(session, outputs) {
    this.#session = session;
    this.outputs = outputs;
    const { signal } = this.#life;
    session.on("person-added", ({ person, news }) => this.#addPerson(person, news), { signal });
    session.on("person-changed", ({ person }) => this.#updatePerson(person), { signal });
    session.on("person-removed", ({ person }) => this.#removePerson(person), { signal });
    personMenu.followSession(session, signal);
    this.view = new PersonalView(session, signal);
    const safety = new SafetyDialog(session, signal);
    for (const list of [this.#grid, this.#list]) list.addEventListener("click", (event) => safety.openFor(event), { signal });
    session.on("stream", ({ pid, stream }) => this.#playStream(pid, stream), { signal });
    session.on("entered", () => this.#onEntered(), { signal });
    // A new role makes the server close and reopen the socket: that is no outage to show.
    session.on("away", ({ draining, entered, code }) => code !== CODE.role_changed && this.#onAway(draining, entered), { signal });
    session.on("refused", ({ code }) => code === "slow_down" && toast(text("server.slow_down")), { signal });
    session.on("warned", ({ reason, name }) => toast(text(`warned.${reason}`, { name })), { signal });
    outputs.on("changed", ({ offer }) => this.#offerPlaying(offer), { signal });
    this.#offerPlaying(outputs.offer);
    this.#resumeButton.addEventListener("click", () => outputs.resume(), { signal });
    this.levels = new RemoteLevels(session.mesh.peers, session.self.pid, (pid) => !session.people.get(pid)?.silenced);
    this.levels.on("level", ({ id, speaking }) => {
      this.#grid.tile(id)?.setSpeaking(speaking);
      showSpeaking(this.#list, session.people.get(id) ?? session.self, speaking);
    });
    signal.addEventListener("abort", () => this.levels.stop());
    this.#root.hidden = false;
    byId("stage-title", HTMLElement).focus();
    this.#showBanner(text("banner.joining"));
    this.#addPerson(session.self, false);
  }

  get grid() {
    return this.#grid;
  }

  close() {
    this.#life.abort();
    this.outputs.removeEveryone();
    for (const tile of this.#grid.tiles) tile.remove();
    this.#offerPlaying("");
    this.#root.hidden = true;
  }

  /** @param {MediaStreamTrack | null} videoTrack */
  showSelf(videoTrack) {
    const tile = this.#grid.tile(this.#session.self.pid);
    if (!tile || trackIn(tile) === videoTrack) return;
    this.outputs.play(tile.video, videoTrack && new MediaStream([videoTrack]));
    this.mirrorSelf();
  }

  /** As the person here wants to see themselves. */
  mirrorSelf() {
    const tile = this.#grid.tile(this.#session.self.pid);
    const track = tile && trackIn(tile);
    if (tile) tile.dataset.mirrored = String(Boolean(track && isMirrored(track)));
  }

  /** @param {Person} person @param {boolean} news */
  #addPerson(person, news) {
    const tile = Tile.for(person.pid, { self: person.self });
    this.#grid.addTile(tile);
    this.outputs.add(tile.video, { pid: person.pid, own: person.self });
    if (news && isShown("people") && !this.#hasOtherTab(person)) toast(text("came", { name: person.name }), undefined, person.member);
    this.#updatePerson(person);
  }

  /** @param {Person} person */
  #updatePerson(person) {
    const tile = this.#grid.tile(person.pid);
    tile?.setPerson(person);
    const { pid, camera, state, mutedLocally = false, silenced = false, volume } = person;
    const shown = camera && state !== "failed" && state !== "refused";
    this.outputs.setPerson(pid, { silenced: mutedLocally || silenced, picture: shown, volume });
    this.#grid.arrange();
    this.#updateCount();
  }

  /** @param {Person} person */
  #removePerson(person) {
    this.outputs.removePerson(person.pid);
    this.#grid.removeTile(person.pid);
    if (isShown("people") && !this.#hasOtherTab(person)) toast(text("left", { name: person.name }), undefined, person.member);
    this.#updateCount();
  }

  /** @param {string} pid @param {MediaStream} stream */
  #playStream(pid, stream) {
    const tile = this.#grid.tile(pid);
    if (tile) this.outputs.play(tile.video, stream);
  }

  /** @param {Offer} offer */
  #offerPlaying(offer) {
    const { textSound = "", textPlay = "" } = this.#resumeButton.dataset;
    this.#resumeButton.textContent = offer === "play" ? textPlay : textSound;
    this.#resumeButton.hidden = offer === "";
  }

  #updateCount() {
    const people = this.#session.everyone;
    showPeople(this.#list, people);
    byId("head-count", HTMLElement).textContent = headCount(people);
    byId("alone", HTMLElement).hidden = people.length > 1 || this.#banner.hidden === false;
  }

  #onEntered() {
    const wasAway = this.#banner.dataset.away === "true";
    this.#showBanner("");
    if (wasAway) toast(text("banner.back"));
    this.#updateCount();
  }

  /** @param {boolean} draining @param {boolean} entered */
  #onAway(draining, entered) {
    const alone = this.#session.people.size === 0;
    const which = !entered ? "first" : draining ? "draining" : alone ? "alone" : "away";
    this.#showBanner(text(`banner.${which}`));
    this.#banner.dataset.away = String(entered);
  }

  /** @param {string} message empty: hides the banner */
  #showBanner(message) {
    showNotice(this.#banner, this.#banner, message);
    this.#banner.dataset.away = "false";
  }

  /** @param {Person} person */
  #hasOtherTab({ pid, member }) {
    return this.#session.everyone.some((other) => other.member === member && other.pid !== pid);
  }
}

/** @param {Tile} tile @returns {MediaStreamTrack | null} */
function trackIn({ video }) {
  return /** @type {MediaStream | null} */ (video.srcObject)?.getVideoTracks()[0] ?? null;
}
