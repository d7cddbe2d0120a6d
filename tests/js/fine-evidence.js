/** Evidence for decisions where nothing limits a picture. */
export const FINE = Object.freeze({
  available: 3000,
  used: 1000,
  share: Infinity,
  saving: false,
  loss: 0,
  rttMs: 30,
  concealed: 0,
  hasFrozen: false,
  limited: false,
  cpuLoad: 0.2,
  remoteCpuLoad: 0.2,
  tile: { height: 800, visible: true },
  source: { height: 720 },
  codecs: ["VP9", "VP8"],
  cores: 2,
});
