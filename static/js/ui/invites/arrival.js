import { requestJoin } from "../../call/join-request.js";
import { showRoom } from "../call/room-details.js";

/** @import { JoinRequest } from "../../call/join-request.js" */
/** @import { CallPageData } from "../lib/page.js" */

/**
 * Turns the page of an invite link into the call page of its room, in place. The page of an account has more, so it is loaded.
 * @param {CallPageData} page
 * @param {JoinRequest} wanted
 * @returns {Promise<boolean>} false when the person does not join from this page: it says why not, or another one is coming
 */
export async function arrive(page, wanted) {
  const { invitation } = page;
  const redeemed = await invitation?.redeem();
  if (!invitation || !redeemed) return false;
  const address = invitation.callUrl(redeemed.slug) + location.search;
  if (redeemed.page === null) {
    requestJoin(redeemed.slug, { ...wanted, prepared: true });
    location.replace(address);
    return false;
  }
  Object.assign(page, redeemed.page, { invitation: null });
  history.replaceState(null, "", address);
  showRoom(page);
  return true;
}
