// What a frame costs in JavaScript: decoding, and following it and applying its 52 weights to an array.
//
//     node tests/engine_plugins/javascript/bench.mjs
import { readFileSync } from "node:fs";
import { decode, Follow } from "../../../engine_plugins/javascript/eyebridge.mjs";

const FRAMES = 20000;
const packet = readFileSync(new URL("../../golden/native_happy.osc", import.meta.url));
const follow = new Follow();
const mesh = new Float32Array(52);
const spent = { "decode a frame of 924 bytes": [], "follow and apply 52 weights": [] };
const [decoding, showing] = Object.values(spent);

for (let n = 0; n < FRAMES; n++) {
  for (const at of [52, packet.length - 4]) packet.writeInt32BE(n, at);
  const begun = performance.now();
  const frame = decode(packet);
  const decoded = performance.now();
  follow.take(frame, n / 90);
  let place = 0;
  for (const [address, values] of Object.entries(follow.at(n / 90 + 0.004))) {
    if (address.startsWith("/eyebridge/weights/")) for (const name in values) mesh[place++] = values[name];
  }
  decoding.push(decoded - begun);
  showing.push(performance.now() - decoded);
}
for (const [title, times] of Object.entries(spent)) {
  times.sort((a, b) => a - b);
  const micro = (share) => (1000 * times[Math.floor(share * FRAMES)]).toFixed(1);
  console.log(`${title}: p50 ${micro(0.5)} us, p99 ${micro(0.99)} us`);
}
