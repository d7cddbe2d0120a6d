import assert from "node:assert/strict";
import { test } from "node:test";

import { isMonitor, isVirtual } from "../../static/js/media/devices/loopbacks.js";

const input = (label) => ({ kind: "audioinput", label });
const output = (label) => ({ kind: "audiooutput", label });

test("a monitor of an output is known by its label, in the languages of sound servers", () => {
  const outputs = ["Built-in Audio Analog Stereo", "HDMI Audio"].map(output);
  const monitors = [
    "Monitor of Built-in Audio Analog Stereo",
    "Monitor of HDMI Audio",
    "monitor of null output",
    "Monitor von Audio intern",
    "Moniteur de Audio interne",
    "Monitor de Audio interno",
    "Monitor van Ingebouwd geluid",
    "alsa_output.pci-0000_00_1f.3.analog-stereo.monitor",
    "Монитор HDMI Audio",
    "HDMI Audio 的监视器",
    "HDMI Audio のモニター",
  ];
  for (const label of monitors) assert.ok(isMonitor(input(label), outputs), label);
  const real = ["Built-in Audio Analog Stereo", "HDMI Audio", "Monitor Microphone", "Dell Monitor Webcam Microphone", "Headset", ""];
  for (const label of real) assert.ok(!isMonitor(input(label), [...outputs, output("Dell Monitor"), output("")]), label);
  assert.ok(!isMonitor(output("Monitor of HDMI Audio"), outputs), "an output");
});

test("virtual devices are known, and real ones are not taken for them", () => {
  const virtual = ["Stereo Mix (Realtek Audio)", "Stereomix", "What U Hear", "BlackHole 2ch", "Soundflower (2ch)", "CABLE Output (VB-Audio Virtual Cable)", "OBS Virtual Camera"];
  for (const label of virtual) assert.ok(isVirtual(input(label)), label);
  for (const label of ["Microphone (Realtek Audio)", "USB Stereo Microphone", "FaceTime HD Camera", ""]) assert.ok(!isVirtual(input(label)), label);
});
