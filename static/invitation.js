/*
 * Says whose meeting an invite link is for while its page is still being read. A classic script, like early.js: it reads links as
 * static/js/keys/invite.js writes them. static/js/pages/invite.js reads all others, and shows the server's names instead.
 */
(function () {
  "use strict";
  var LINK = /^#k=[12][A-Za-z0-9_-]{22}(?:&n=([A-Za-z0-9_%-]*))?(?:&by=([A-Za-z0-9_%-]*))?$/;
  var heading = document.getElementById("prejoin-title");

  /** As in static/js/lib/clean-name.js. @param {string | undefined} encoded @returns {string} */
  function readName(encoded) {
    try {
      var name = decodeURIComponent((encoded || "").slice(0, 4096)).normalize("NFC").replace(/\s+/g, " ");
      var shown = name
        .replace(new RegExp("(?![\\u200c\\u200d])\\p{C}|[\\p{Zl}\\p{Zp}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u2800\\u3164\\uffa0]", "gu"), "")
        .replace(new RegExp("(\\p{M}{3})\\p{M}+", "gu"), "$1")
        .trim();
      var kept = Array.from(shown).slice(0, 60).join("").trim();
      return new RegExp("[\\p{L}\\p{N}\\p{S}\\p{P}]", "u").test(kept) ? kept : "";
    } catch (error) {
      return "";
    }
  }

  /** Each name stands alone, whichever way it is written. @param {HTMLElement} shown @param {Record<string, string>} names */
  function fill(shown, names) {
    var which = names.room && names.by ? "-both" : names.room ? "-room" : names.by ? "-by" : "";
    var text = shown.getAttribute("data-text" + which) || "";
    shown.textContent = "";
    text.split(/\{(\w+)\}/).forEach(function (piece, index) {
      var node = index % 2 ? document.createElement("bdi") : document.createTextNode(piece);
      if (index % 2) node.textContent = names[piece];
      shown.appendChild(node);
    });
  }

  var match = LINK.exec(location.hash || (history.state && history.state.invite) || "");
  if (match === null) document.documentElement.setAttribute("data-invitation", "unknown");
  else if (heading !== null) fill(heading, { room: readName(match[1]), by: readName(match[2]) });
})();
