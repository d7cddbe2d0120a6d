/** What makes two offered files the same file, so that a transfer can resume. */

import { sha256, toBase64Url, toUtf8 } from "../../lib/encoding.js";

/** @import { FileMetadata } from "../protocol/messages.js" */

/** @param {FileMetadata} head @param {string} owner room and sender @returns {Promise<string>} the same for equal arguments */
export function identityOf({ name, path, size, modified, edges, folder }, owner) {
  return digestOf(JSON.stringify([owner, name, path, size, modified, edges, folder]));
}

/** Identifies all files of an offer. @param {string[]} identities @returns {Promise<string>} */
export function batchOf(identities) {
  return digestOf(identities.join(" "));
}

/** @param {string} words */
async function digestOf(words) {
  return toBase64Url(await sha256(toUtf8(words)));
}

/** A random key of 16 bytes, for a folder or a record. */
export function makeKey() {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
}
