/**
 * The connection test: whether a call would work from here, and what to do if not.
 *
 * `document.body.dataset.testState` says how far it is: idle, running, done.
 */

import "./frame.js";
import { playTone, tryBandwidth, tryBrowser, tryCamera, tryMicrophone, tryRelay, tryServer, tryStun } from "../probe/probes.js";
import { browserName, writeReport } from "../probe/report.js";
import { judge, PROBES, sumUp } from "../probe/verdicts.js";
import { enableCopyButtons } from "../ui/lib/copy-button.js";
import { keepFocus, setWorking } from "../ui/lib/focus-keeper.js";
import { byId, find, fromTemplate, text } from "../ui/lib/page.js";
import { controlsReady, pageReady } from "../ui/lib/ready.js";
import { getJson } from "../lib/request.js";

/** @import { Pair } from "../probe/pair.js" */
/** @import { ProbeName, Seen, Verdict } from "../probe/verdicts.js" */

const form = byId("test-form", HTMLFormElement);
const withDevices = byId("with-devices", HTMLInputElement);
const withAddresses = byId("with-addresses", HTMLInputElement);
const list = byId("results", HTMLElement);
const sum = byId("sum", HTMLElement);
/** @type {Map<ProbeName, Verdict>} */
const verdicts = new Map();
/** @type {string[]} */
const addresses = [];

keepFocus(document);

async function run() {
  document.body.dataset.testState = "running";
  setWorking(find(form, "button", HTMLButtonElement), true);
  verdicts.clear();
  addresses.length = 0;
  list.replaceChildren(...PROBES.map(row));
  byId("results-part", HTMLElement).hidden = false;
  byId("report-part", HTMLElement).hidden = true;
  say("sum.running", "running");
  note("browser", tryBrowser());
  if (verdicts.get("browser")?.state !== "bad") await Promise.all([tryNetwork(), tryDevices()]);
  finish();
}

async function tryNetwork() {
  const { dataset } = form;
  const [answer] = await Promise.all([getJson(dataset.servers ?? ""), tryServer(dataset.socket ?? "").then((seen) => note("server", seen))]);
  const { stun = [], kinds = [], relays = null } = answer.data;
  if (answer.status !== 200) return;
  /** @type {Map<ProbeName, Pair>} */
  const pairs = new Map();
  const relay = async (/** @type {"udp" | "tcp" | "tls"} */ kind) => {
    const { seen, pair } = await tryRelay(relays?.[kind] ?? (kinds.includes(kind) ? null : undefined));
    addresses.push(...seen.addresses);
    if (pair) pairs.set(kind, pair);
    note(kind, seen);
  };
  const outside = tryStun(stun).then((seen) => {
    addresses.push(...seen.addresses);
    note("stun", seen);
  });
  await Promise.all([outside, relay("udp"), relay("tcp"), relay("tls")]);
  const [used = null, ...spare] = [...pairs.values()];
  for (const pair of spare) pair.close();
  note("bandwidth", await tryBandwidth(used));
}

async function tryDevices() {
  if (!withDevices.checked) {
    note("camera", null);
    return note("microphone", null);
  }
  // One after the other: a browser shows one permission prompt at a time.
  note("camera", await tryCamera());
  note("microphone", await tryMicrophone());
}

/**
 * @template {ProbeName} N
 * @param {N} name
 * @param {Seen[N]} seen
 */
function note(name, seen) {
  const verdict = judge(name, seen);
  verdicts.set(name, verdict);
  const item = find(list, `[data-probe="${name}"]`, HTMLElement);
  item.dataset.state = verdict.state;
  find(item, ".probe__state", HTMLElement).textContent = text(`state.${verdict.state}`);
  find(item, ".probe__text", HTMLElement).textContent = text(verdict.key, verdict.values);
}

/** @param {ProbeName} name */
function row(name) {
  const item = find(fromTemplate("probe-template"), "li", HTMLElement);
  item.dataset.probe = name;
  item.dataset.state = "running";
  find(item, ".probe__title", HTMLElement).textContent = text(`title.${name}`);
  find(item, ".probe__state", HTMLElement).textContent = text("state.running");
  return item;
}

function finish() {
  for (const name of PROBES) if (!verdicts.has(name)) note(name, null);
  const verdict = sumUp(Object.fromEntries(verdicts));
  say(verdict.key, verdict.state);
  showReport();
  byId("report-part", HTMLElement).hidden = false;
  setWorking(find(form, "button", HTMLButtonElement), false);
  document.body.dataset.testState = "done";
}

/** @param {string} key @param {string} state */
function say(key, state) {
  sum.textContent = text(key);
  sum.dataset.state = state;
}

function showReport() {
  const lines = PROBES.map((name) => {
    const { state, key, values } = judgedAs(name);
    return { title: text(`title.${name}`), state: text(`state.${state}`), words: text(key, values) };
  });
  byId("report-text", HTMLTextAreaElement).value = writeReport({
    title: text("report.title"),
    at: new Date(),
    browser: browserName(navigator.userAgent),
    sum: sum.textContent ?? "",
    lines,
    addresses: withAddresses.checked ? addresses : null,
    addressesTitle: text("report.addresses"),
  });
}

/** @param {ProbeName} name */
function judgedAs(name) {
  return verdicts.get(name) ?? judge(name, null);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void run();
});
withAddresses.addEventListener("change", showReport);
byId("play-tone", HTMLButtonElement).addEventListener("click", () => void playTone());
enableCopyButtons(document);
document.body.dataset.testState = "idle";
controlsReady(form);
pageReady();
