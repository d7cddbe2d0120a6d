/*
 * Before the modules of a page are there. A classic script in old syntax, because it must also run where modules do not.
 *
 * - `data-early` marks controls that need a module. They are `disabled` in the HTML. "press": a press is kept; "toggle": it turns
 *   `aria-pressed` round; "no": they stay disabled. `static/js/ui/lib/ready.js` takes over and repeats what was pressed.
 * - `data-edited` is set on fields that the person has changed. A press of their form is then dropped, which `data-text-again` says.
 * - `data-socket` is the path of the room's socket, or of that of guests, on its *Join*.
 * - `data-notice` marks what is shown when the modules are late, failed or cannot run in this browser.
 */
(function () {
  "use strict";
  var root = document.documentElement;
  var LATE_MS = 20000;
  var presses = 0;

  /** @param {string} selector @returns {HTMLElement[]} */
  function all(selector) {
    return Array.prototype.slice.call(document.querySelectorAll(selector));
  }

  /** @param {string} name */
  function showNotice(name) {
    if (root.hasAttribute("data-ready")) return;
    if (name !== "late") disableAll();
    all("[data-notice]").forEach(function (each) {
      each.hidden = each.getAttribute("data-notice") !== name;
    });
    root.setAttribute("data-script", name);
  }

  function disableAll() {
    all("button[data-early], input[data-early]").forEach(function (control) {
      control.setAttribute("disabled", "");
    });
    all("[data-early-status], [data-loading-text]").forEach(function (each) {
      each.textContent = "";
    });
    all("[data-loading]").forEach(function (each) {
      each.hidden = true;
    });
  }

  function canRun() {
    var webrtc = document.querySelector('[data-needs="webrtc"]');
    if (!("noModule" in document.createElement("script"))) return false;
    if (!("customElements" in window) || !("AbortController" in window)) return false;
    return webrtc === null || ("RTCPeerConnection" in window && "popover" in root);
  }

  /** @param {Element} control */
  function keepPress(control) {
    if (control.hasAttribute("data-pressed")) return;
    presses += 1;
    control.setAttribute("data-pressed", String(presses));
    openSocket(control);
    var note = control.getAttribute("data-early-text");
    if (note === null) return;
    all("[data-early-status]").forEach(function (each) {
      each.textContent = note;
    });
  }

  /** Of the room to join, or of guests: it takes as long as the modules. static/js/signaling/early-socket.js takes it over. @param {Element | null} control */
  function openSocket(control) {
    var path = control && control.getAttribute("data-socket");
    var here = /** @type {Window & {earlySocket?: WebSocket}} */ (window);
    if (!path || here.earlySocket) return;
    here.earlySocket = new WebSocket(location.origin.replace("http", "ws") + path);
  }

  /** A person may have pressed *Join* on the page before; see static/js/call/join-request.js. */
  function openIfRequested() {
    try {
      var request = JSON.parse(sessionStorage.getItem("meeting-point.join") || "null");
      if (request && request.until >= Date.now()) openSocket(document.querySelector('[data-socket$="/' + request.slug + '"]'));
    } catch (error) {
      // Without storage there is no request.
    }
  }

  /** What changes after a press is not what the press meant. @param {HTMLFormElement} form */
  function dropPress(form) {
    var kept = form.querySelectorAll("[data-pressed]");
    if (kept.length === 0) return;
    kept[0].removeAttribute("data-pressed");
    all("[data-early-status]").forEach(function (each) {
      each.textContent = each.getAttribute("data-text-again");
    });
  }

  /** @param {Element} control */
  function turnRound(control) {
    var on = control.getAttribute("aria-pressed") !== "true";
    control.setAttribute("aria-pressed", String(on));
    control.setAttribute("title", control.getAttribute(on ? "data-title-on" : "data-title-off") || "");
  }

  if (!canRun()) {
    showNotice("unsupported");
    return;
  }
  all('[data-early="press"], [data-early="toggle"]').forEach(function (control) {
    control.removeAttribute("disabled");
  });

  openIfRequested();

  // A press of Enter in a field arrives here too: browsers click the submit button.
  document.addEventListener(
    "click",
    function (event) {
      var target = /** @type {Element} */ (event.target);
      if (target.closest("[data-reload]") !== null) location.reload();
      var control = target.closest("[data-early]");
      if (control === null) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (control.getAttribute("data-early") === "toggle") turnRound(control);
      else keepPress(control);
    },
    true
  );
  document.addEventListener("keydown", function (event) {
    var target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat || target.closest("input, select, textarea")) return;
    if (event.isComposing || event.keyCode === 229 || event.getModifierState("AltGraph")) return;
    // As in static/js/lib/keyboard.js: by its place only where the keyboard writes letters of another script.
    var other = /^[\u0370-\u1dff\u1f00-\u1fff\u2c80-\ua71f\uac00-\ufdff\uff66-\uffdc]+$/.test(event.key);
    var place = other && /^Key[A-Z]$/.test(event.code) ? event.code.charAt(3) : "";
    var letter = (/^[a-z]$/i.test(event.key) ? event.key : place).toLowerCase();
    if (letter !== "") all('[data-early="toggle"][data-key="' + letter + '"]').forEach(turnRound);
  });
  document.addEventListener(
    "submit",
    function (event) {
      var form = /** @type {Element} */ (event.target);
      if (form.querySelector("[type=submit][data-early]") !== null) event.preventDefault();
    },
    true
  );
  document.addEventListener(
    "input",
    function (event) {
      var field = /** @type {HTMLInputElement} */ (event.target);
      field.setAttribute("data-edited", "");
      if (field.form) dropPress(field.form);
    },
    true
  );

  setTimeout(showNotice, LATE_MS, "late");
  // A module that cannot be loaded is an error of its element; one that this browser cannot read is an error of the window.
  window.addEventListener(
    "error",
    function (event) {
      if (event.target instanceof HTMLScriptElement) showNotice("failed");
      else if (event instanceof ErrorEvent && event.filename.indexOf("/static/") !== -1) showNotice("broken");
    },
    true
  );
})();
