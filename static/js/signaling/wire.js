/** The messages of the signaling socket, as types. A test compares them with `messages.py` and `watch/messages.py` of the server. */

/** @typedef {{pid: string, member: string, role: string, hello: string}} Peer */
/**
 * @typedef {object} Room
 * @property {string} slug
 * @property {string} name
 * @property {number} epoch
 * @property {number} max_people
 * @property {string | null} key_check base64url
 * @property {boolean} rekey_required
 * @property {boolean} relay_only
 * @property {string} join_rule open, knock or locked
 * @property {boolean} requires_host
 */

/**
 * @typedef {object} Joined
 * @property {"joined"} type
 * @property {string} pid
 * @property {string} member
 * @property {string} role
 * @property {Room} room
 * @property {Peer[]} peers those who were here before
 * @property {number} seq roster sequence number
 * @property {RTCIceServer[]} ice
 * @property {number} ice_ttl seconds
 * @property {number} now milliseconds since the epoch
 */

/** @typedef {{type: "peer_joined", peer: Peer, seq: number}} PeerJoined */
/** @typedef {{type: "peer_left", pid: string, seq: number, final: boolean}} PeerLeft */
/** @typedef {{type: "roster", peers: Peer[], seq: number}} Roster */
/** @typedef {{type: "relay", from: string, body: string}} Relayed */
/** @typedef {{type: "ice", ice: RTCIceServer[], ice_ttl: number}} Ice */
/** @typedef {{type: "pong", n: number}} Pong */
/** @typedef {{type: "room", room: Room}} RoomChanged */
/** @typedef {{type: "ending_soon", what: string, left: number | null}} EndingSoon what: room or membership; left: seconds */
/** @typedef {{type: "waiting", why: string, hosts: boolean, left: number, room: Room}} Waiting */
/** @typedef {{type: "admitted", from: string, body: string}} Admitted */
/** @typedef {{type: "knocks", peer: Peer}} Knocks */
/** @typedef {{type: "knock_ended", member: string}} KnockEnded */
/** @typedef {{type: "turned_away", reason: string, label: string, at: number}} TurnedAway at: milliseconds since the epoch */
/** @typedef {{id: string, sender: string, receiver: string, since: number, until: number}} WaitingTransfer since, until: ms since the epoch */
/** @typedef {{type: "waiting_transfers", transfers: WaitingTransfer[]}} WaitingTransfers */
/** @typedef {{type: "error", code: string, about: string}} Failure */
/** @typedef {Joined | PeerJoined | PeerLeft | Roster | Relayed | Ice | Pong | RoomChanged | EndingSoon | Waiting | Admitted | Knocks | KnockEnded | TurnedAway | WaitingTransfers | Failure} ServerMessage */

/** @typedef {{type: "join", v: 1, pid: string, hello: string, inside: number}} Join inside: seconds in the call before */
/** @typedef {{type: "enter", ticket: string}} Enter */
/** @typedef {{type: "relay", to: string, body: string}} Relay */
/** @typedef {{direct: number, relay_udp: number, relay_tcp: number, failed: number}} PathCounts */
/** @typedef {{type: "leave", paths: PathCounts}} Leave */
/** @typedef {{type: "ping", n: number}} Ping */
/** @typedef {{type: "sync"}} Sync */
/** @typedef {{type: "refresh"}} Refresh */
/** @typedef {{type: "knock", v: 1, pid: string, hello: string, lobby: boolean}} Knock */
/** @typedef {{type: "admit", member: string, body: string}} Admit */
/** @typedef {{type: "deny", member: string}} Deny */
/** @typedef {Join | Enter | Relay | Leave | Ping | Sync | Refresh | Knock | Admit | Deny} ClientMessage */

/**
 * @typedef {object} RoomNow
 * @property {string} slug
 * @property {string} member one's own membership
 * @property {string} role one's own
 * @property {number} epoch
 * @property {string | null} key_check base64url
 * @property {number} inside how many people are in the call
 * @property {number | null} since milliseconds since the epoch
 * @property {Peer[]} people
 * @property {WaitingTransfer[]} transfers that wait for or from oneself
 */

/** @typedef {{type: "watching", stamp: string, rooms: RoomNow[]}} Watching stamp: of what the page should show */
/** @typedef {{type: "occupied", room: RoomNow}} Occupied */
/** @typedef {{type: "knocks_at", slug: string, peer: Peer}} KnocksAt */
/** @typedef {{type: "knock_ended_at", slug: string, member: string}} KnockEndedAt */
/** @typedef {Watching | Occupied | KnocksAt | KnockEndedAt | Pong | Failure} WatchMessage */

/** @typedef {{type: "watch", v: 1}} Watch */
/** @typedef {{type: "answer_knock", slug: string, member: string, admitted: boolean, body: string}} AnswerKnock */

export {};
