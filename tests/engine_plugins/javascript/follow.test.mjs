import assert from "node:assert/strict";
import test from "node:test";

import { Follow, LAYOUT, neutral } from "../../../engine_plugins/javascript/eyebridge.mjs";

const frame = (sequence, weight) => {
  const made = Object.fromEntries(LAYOUT.map(([address, rows]) => [address, Object.fromEntries(rows.map((r) => [r.name, r.neutral]))]));
  made["/eyebridge/frame"] = { version: 1, sequence, time: (sequence * 8000) % 2 ** 31, flags: 3, quality: 1 };
  made["/eyebridge/weights/eyes"].eyeBlinkLeft = weight;
  return made;
};
const blink = (follow, now) => follow.at(now)["/eyebridge/weights/eyes"].eyeBlinkLeft;

test("only newer frames are taken, also where the count goes round", () => {
  const follow = new Follow();
  assert.ok(follow.take(frame(2 ** 31 - 1, 0), 0));
  assert.ok(!follow.take(frame(2 ** 31 - 1, 0), 0.01));
  assert.ok(follow.take(frame(2, 0), 0.02));
  assert.equal(follow.lost, 2);
  assert.ok(!follow.take(frame(1, 0), 0.03));
  assert.ok(follow.take(frame(1, 0), 0.52));
});

test("the face glides from frame to frame and eases to neutral when they stop", () => {
  const follow = new Follow();
  follow.take(frame(0, 0), 1);
  follow.take(frame(1, 1), 1.2);
  assert.equal(blink(follow, 1.2), 0);
  assert.ok(Math.abs(blink(follow, 1.204) - 0.5) < 1e-6);
  assert.equal(blink(follow, 1.6), 1);
  assert.ok(Math.abs(blink(follow, 1.95) - 0.5) < 1e-6);
  assert.deepEqual(follow.at(2.2), neutral());
});
