/**
 * The details of a connection: media, codecs, rates, losses, path, and what limits them, updated once a second. Only texts that
 * differ are written, so that a screen reader can read in peace.
 */

import { formatRate, formatShare, formatResolution } from "./figures.js";
import { openDialog } from "../lib/dialog.js";
import { limitOf } from "../../media/adaptation/limitation.js";
import { byId, find, hasText, part, text } from "../lib/page.js";
import { personMenu } from "../people/person-menu.js";
import { qualityText } from "./quality-mark.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { Adaptation } from "../../media/adaptation/adaptation.js" */
/** @import { Evidence, State } from "../../media/adaptation/state.js" */
/** @import { SendingStatus } from "../../media/adaptation/limitation.js" */

/** @type {{width: number, height: number, fps: number}} */
const NOT_MEASURED = Object.freeze({ width: 0, height: 0, fps: 0 });

export class DetailsDialog {
  #dialog = byId("details-dialog", HTMLDialogElement);
  #session;
  #adaptation;
  #reconnects;
  #pid = "";

  /**
   * @param {CallSession} session @param {Adaptation} adaptation @param {{reconnects: (pid: string) => number, signal: AbortSignal}} options
   */
  constructor(session, adaptation, { reconnects, signal }) {
    this.#session = session;
    this.#adaptation = adaptation;
    this.#reconnects = reconnects;
    session.on("person-removed", ({ person }) => person.pid === this.#pid && this.#dialog.close(), { signal });
    signal.addEventListener("abort", () => this.#dialog.close());
    const action = { id: "details", icon: "signal", label: (/** @type {Person} */ { self }) => text(self ? "details.own" : "details.open"), run: (/** @type {string} */ pid) => this.#open(pid) };
    personMenu.addAction({ ...action, shown: ({ state, quality }) => state !== "refused" && (state !== "self" || quality !== undefined) }, signal);
  }

  /** @param {Event} event a click, perhaps on the quality mark of a tile */
  openFor({ target }) {
    const button = target instanceof Element ? target.closest(".quality") : null;
    if (button instanceof HTMLElement && button.dataset.pid) this.#open(button.dataset.pid);
  }

  /** @param {string} pid */
  refreshPerson(pid) {
    if (!this.#dialog.open) return;
    if (this.#pid === this.#session.self.pid) this.#showOwn();
    else if (pid === this.#pid) this.#showOther();
  }

  /** @param {string} pid */
  #open(pid) {
    this.#pid = pid;
    const own = pid === this.#session.self.pid;
    part(this.#dialog, "other").hidden = own;
    part(this.#dialog, "own").hidden = !own;
    if (own) this.#showOwn();
    else this.#showOther();
    openDialog(this.#dialog);
  }

  #showOwn() {
    this.#setPart("title", text("details.own"));
    this.#showQuality(this.#session.self);
    const connected = [...this.#session.people.values()].filter(({ state }) => state === "connected");
    const lines = connected.flatMap(({ pid, name }) => {
      const about = this.#adaptation.adaptationOf(pid);
      if (!about) return [];
      const outbound = about.measured?.outbound;
      const why = text(`why.${limitOf(about.sending, outbound ?? NOT_MEASURED)}`);
      return text("details.to", { name, what: pictureText(about.sending, outbound, this.#session.self), why });
    });
    const list = part(this.#dialog, "own-list");
    while (list.childElementCount > lines.length) list.lastElementChild?.remove();
    while (list.childElementCount < lines.length) list.append(document.createElement("li"));
    lines.forEach((line, index) => setText(/** @type {HTMLElement} */ (list.children[index]), line));
  }

  #showOther() {
    const person = this.#session.people.get(this.#pid);
    const about = this.#adaptation.adaptationOf(this.#pid);
    if (!person || !about) return;
    const { measured, sending, receiving, report } = about;
    this.#setPart("title", text("details.title", { name: person.name }));
    this.#showQuality(person);
    const { inbound = NOT_MEASURED, outbound = NOT_MEASURED } = measured ?? {};
    this.#setPart("in-picture", receiving ? pictureText(receiving, inbound, person) : text("details.starting"));
    this.#setPart("out-picture", pictureText(sending, outbound, this.#session.self));
    this.#setPart("in-codec", (receiving?.picture === "moving" && measured?.inbound.codec) || "–");
    this.#setPart("out-codec", (sending.picture === "moving" && measured?.outbound.codec) || "–");
    this.#setPart("in-audio", receiving ? text(`details.audio.${receiving.music ? "music" : "speech"}`) : "–");
    this.#setPart("out-audio", text(`details.audio.${sending.music ? "music" : "speech"}`));
    this.#setPart("in-rate", measured ? formatRate(measured.inbound.kbps) : "–");
    this.#setPart("out-rate", measured ? formatRate(measured.outbound.kbps) : "–");
    this.#setPart("in-loss", measured ? formatShare(measured.inbound.loss) : "–");
    this.#setPart("out-loss", measured ? formatShare(measured.outbound.loss) : "–");
    this.#setPart("in-sound", measured ? formatShare(measured.inbound.concealed) : "–");
    this.#setPart("out-sound", report ? formatShare(report.concealed) : "–");
    this.#setPart("in-why", receiving ? text(`why.${limitOf(receiving, inbound)}.theirs`, { name: person.name }) : "–");
    this.#setPart("out-why", text(`why.${limitOf(sending, outbound)}`));
    this.#setPart("codec-why", this.#codecWhy(about));
    this.#setPart("path", pathText(person));
    this.#setPart("path-why", person.path && hasText(`path.${person.path}`) ? text(`path.${person.path}`) : "");
    this.#setPart("rtt", measured && measured.outbound.rttMs > 0 ? text("details.ms", { count: Math.round(measured.outbound.rttMs) }) : "–");
    this.#setPart("reconnects", String(this.#reconnects(this.#pid)));
  }

  /** @param {{state: State, evidence: Evidence | null, sending: SendingStatus, sharedBy: number}} about */
  #codecWhy({ state, evidence, sending, sharedBy }) {
    if (sending.codec === null || evidence === null) return "";
    const which = state.step > 0 ? "spared" : evidence.codecs[0] === sending.codec ? "best" : "payable";
    const shared = sharedBy > 1 ? [text("codec.shared", { count: sharedBy })] : [];
    return [text(`codec.${which}`, { codec: sending.codec }), ...shared].join(" ");
  }

  /** @param {Person} person */
  #showQuality({ name, quality = { level: "none", reason: "" } }) {
    const { level, reason } = quality;
    const label = qualityText(quality, name);
    const title = reason && level !== "none" ? text("quality.both", { level: text(`quality.${level}`), reason: label }) : label;
    this.#setPart("word", title || text("quality.none"));
    this.#setPart("advice", reason && hasText(`advice.${reason}`) ? text(`advice.${reason}`) : "");
    find(this.#dialog, ".quality-details__test", HTMLElement).hidden = level === "good";
    this.#dialog.dataset.level = level;
  }

  /** @param {string} name of a part @param {string} message */
  #setPart(name, message) {
    setText(part(this.#dialog, name), message);
  }
}

/** @param {HTMLElement} node @param {string} message */
function setText(node, message) {
  node.hidden = message === "";
  if (node.textContent !== message) node.textContent = message;
}

/** @param {SendingStatus} status @param {{width: number, height: number, fps: number}} [measured] @param {Pick<Person, "capture">} [sender] */
function pictureText({ picture, why }, measured = NOT_MEASURED, sender = {}) {
  if (sender.capture?.camera) return text("details.interrupted");
  if (picture === "moving") return measured.width > 0 ? formatResolution(measured) : text("details.starting");
  if (picture === "stills") return text("details.stills");
  return text(why === "no-camera" ? "details.no-camera" : "details.no-picture");
}

/** @param {Person} person */
function pathText({ state, route, protocol }) {
  if (state !== "connected") return text(`state.${state}`);
  return route ? text(`details.path.${route}`, { protocol: (protocol ?? "").toUpperCase() }) : "–";
}
