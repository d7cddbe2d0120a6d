/** What the server knows of waiting transfers: that they wait, and for whom. */

import { postJson } from "../lib/request.js";

/** @import { WaitingRecord } from "./waiting-state.js" */

/**
 * @param {WaitingRecord} record
 * @returns {Promise<{until: number} | {refusal: string} | null>} refusal: for the person, and for good; null: try again later
 */
export async function announce({ room, id, receiver }) {
  const { status, data } = await postJson(`/rooms/${room}/transfers`, { id, receiver });
  if (status === 201) return { until: Number(data.until) };
  return [400, 403, 404, 409].includes(status) ? { refusal: String(data.message ?? "") } : null;
}

/** @param {string} room slug @param {string} id @returns {Promise<boolean>} false: try again later */
export async function withdraw(room, id) {
  const { status } = await postJson(`/rooms/${room}/transfers/remove`, { id });
  // Who is no longer in the room has nothing there any more.
  return [200, 403, 404].includes(status);
}
