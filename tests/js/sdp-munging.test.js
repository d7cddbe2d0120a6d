import assert from "node:assert/strict";
import { test } from "node:test";

import { mungeSdp } from "../../static/js/media/adaptation/sdp-munging.js";
import { receiveStereo } from "../../static/js/peer/receive-stereo.js";

test("the other side's description is amended for sound and the first second of pictures, and for nothing else", () => {
  const audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n";
  const sdp = `v=0\r\n${audio}m=video 9 UDP/TLS/RTP/SAVPF 96 98\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=0\r\n`;
  const plain = mungeSdp(sdp, { longPackets: false, redundant: false });
  assert.match(plain, /a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n/);
  const music = mungeSdp(sdp, { longPackets: false, redundant: false, music: true });
  assert.match(music, /a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;maxaveragebitrate=128000;usedtx=0\r\n/);
  assert.match(music, /a=ptime:10\r\n/);
  assert.doesNotMatch(plain, /a=ptime/);
  assert.match(mungeSdp(sdp, { longPackets: true, redundant: false, music: true }), /a=ptime:60\r\n/);
  assert.match(mungeSdp(music, { longPackets: false, redundant: false }), /a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n/);
  assert.match(plain, /a=rtpmap:111 opus\/48000\/2\r\na=rtcp-fb:111 nack\r\n/);
  assert.equal(mungeSdp(plain, { longPackets: false, redundant: false }).match(/nack/g).length, 1);
  assert.match(plain, /^m=audio 9 UDP\/TLS\/RTP\/SAVPF 111 63 0\r$/m);
  const both = mungeSdp(sdp, { longPackets: true, redundant: true });
  assert.match(both, /^m=audio 9 UDP\/TLS\/RTP\/SAVPF 63 111 0\r$/m);
  assert.equal(both.match(/a=ptime:60\r\n/g).length, 1);
  assert.equal(mungeSdp(both, { longPackets: true, redundant: false }).match(/ptime/g).length, 2);
  const first = mungeSdp(sdp, { longPackets: true, redundant: false }, true);
  assert.match(first, /m=video 9 UDP\/TLS\/RTP\/SAVPF 96 98\r\na=rtpmap:96 VP8\/90000\r\na=fmtp:96 x-google-start-bitrate=130\r\n/);
  assert.equal(first.match(/x-google-start-bitrate/g).length, 1, "of the codec that begins");
  assert.doesNotMatch(both, /x-google/, "a later one would make the estimate of the link begin again");
  assert.equal(mungeSdp("nonsense", { longPackets: true, redundant: true }), "nonsense");
});

test("the sound of a screen, in the second section of audio, is sent in stereo where the link has room", () => {
  const audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n";
  const stereo = (/** @type {boolean} */ longPackets) => mungeSdp(`v=0\r\n${audio}m=video 9 x 96\r\n${audio}`, { longPackets, redundant: false }).split("m=").map((section) => section.includes("stereo=1"));
  assert.deepEqual(stereo(false), [false, false, false, true]);
  assert.deepEqual(stereo(true), [false, false, false, false]);
});

test("our own description asks for stereo once, of Opus alone", () => {
  const sdp = (/** @type {string} */ opus) => `m=audio 9 x 111 63\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 ${opus}\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n`;
  assert.equal(receiveStereo(sdp("minptime=10")), sdp("minptime=10;stereo=1"));
  for (const asked of ["minptime=10;stereo=1", "stereo=1;useinbandfec=1", "stereo=0"]) assert.equal(receiveStereo(sdp(asked)), sdp(asked));
});
