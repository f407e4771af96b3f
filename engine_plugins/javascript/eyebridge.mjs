// The native frame of eyebridge for JavaScript: decode() makes a frame of a datagram, Follow makes a face of frames.
// ../PROTOCOL.md is the specification. No dependencies; works in node and in a browser.

export const VERSION = 1;
export const PORT = 13937;

const DATAGRAM_LIMIT = 1400;
const DEPTH_LIMIT = 8;
const COUNT_LIMIT = 2 ** 31;

const int = (name) => ({ name, tag: "i", low: 0, high: COUNT_LIMIT - 1, neutral: 0 });
const float = (name, low = 0, high = 1, neutral = 0) => ({ name, tag: "f", low, high, neutral });

// Every message of a frame: the first opens it, the last closes it, those between come in any order.
export const LAYOUT = [
  ["/eyebridge/frame", [
    int("version"), int("sequence"), int("time"), int("flags"), float("quality"),
  ]],
  ["/eyebridge/weights/eyes", [
    float("eyeBlinkLeft"), float("eyeLookDownLeft"), float("eyeLookInLeft"), float("eyeLookOutLeft"),
    float("eyeLookUpLeft"), float("eyeSquintLeft"), float("eyeWideLeft"), float("eyeBlinkRight"),
    float("eyeLookDownRight"), float("eyeLookInRight"), float("eyeLookOutRight"), float("eyeLookUpRight"),
    float("eyeSquintRight"), float("eyeWideRight"),
  ]],
  ["/eyebridge/weights/mouth", [
    float("jawForward"), float("jawLeft"), float("jawRight"), float("jawOpen"), float("mouthClose"),
    float("mouthFunnel"), float("mouthPucker"), float("mouthLeft"), float("mouthRight"),
    float("mouthSmileLeft"), float("mouthSmileRight"), float("mouthFrownLeft"), float("mouthFrownRight"),
    float("mouthDimpleLeft"), float("mouthDimpleRight"), float("mouthStretchLeft"), float("mouthStretchRight"),
    float("mouthRollLower"), float("mouthRollUpper"), float("mouthShrugLower"), float("mouthShrugUpper"),
    float("mouthPressLeft"), float("mouthPressRight"), float("mouthLowerDownLeft"),
    float("mouthLowerDownRight"), float("mouthUpperUpLeft"), float("mouthUpperUpRight"),
  ]],
  ["/eyebridge/weights/brows", [
    float("browDownLeft"), float("browDownRight"), float("browInnerUp"), float("browOuterUpLeft"),
    float("browOuterUpRight"),
  ]],
  ["/eyebridge/weights/cheeks", [
    float("cheekPuff"), float("cheekSquintLeft"), float("cheekSquintRight"),
  ]],
  ["/eyebridge/weights/nose", [
    float("noseSneerLeft"), float("noseSneerRight"),
  ]],
  ["/eyebridge/weights/tongue", [
    float("tongueOut"),
  ]],
  ["/eyebridge/gaze", [
    float("left_yaw", -90, 90, 0), float("left_pitch", -90, 90, 0), float("right_yaw", -90, 90, 0),
    float("right_pitch", -90, 90, 0),
  ]],
  ["/eyebridge/channels", [
    float("lid_openness_left", 0, 1, 1), float("lid_openness_right", 0, 1, 1), float("widen_left"),
    float("widen_right"), float("squint_left"), float("squint_right"), float("brow_inner_up_left"),
    float("brow_inner_up_right"), float("brow_outer_up_left"), float("brow_outer_up_right"),
    float("brow_down_left"), float("brow_down_right"), float("cheek_raise_left"), float("cheek_raise_right"),
    float("gaze_yaw_left", -45, 45, 0), float("gaze_yaw_right", -45, 45, 0),
    float("gaze_pitch_left", -45, 45, 0), float("gaze_pitch_right", -45, 45, 0), float("pupil_left", 0, 1, 0.4),
    float("pupil_right", 0, 1, 0.4), float("visible_left"), float("visible_right"),
  ]],
  ["/eyebridge/action_units", [
    float("neutral", 0, 1, 1), float("brow_raise_left"), float("brow_raise_right"), float("brow_lower"),
    float("upper_lid_raise"), float("squint"), float("eyes_closed"), float("wink_left"), float("wink_right"),
    float("cheek_raise"),
  ]],
  ["/eyebridge/emotions", [
    float("neutral", 0, 1, 1), float("anger"), float("surprise"), float("happiness"), float("closed_eyes"),
  ]],
  ["/eyebridge/light", [
    float("red", 0, 1, 1), float("green", 0, 1, 1), float("blue", 0, 1, 1), float("intensity", 0, 2, 1),
    float("temperature", 1000, 40000, 6500),
  ]],
  ["/eyebridge/look", [
    float("yaw", -90, 90, 0), float("pitch", -90, 90, 0), float("distance", 0, 20, 0),
  ]],
  ["/eyebridge/signal", [
    float("contact", -1, 1, 0), float("seconds", 0, 86400, 0), float("approach", -1, 1, 0),
    float("agreement", -1, 1, 0),
  ]],
  ["/eyebridge/end", [
    int("sequence"),
  ]],
];

// Messages that a frame may do without; what they would say is at neutral then.
const OPTIONAL = new Set(["/eyebridge/look", "/eyebridge/signal"]);

/**
 * Reads one datagram that anybody may have sent.
 *
 * @param {Uint8Array} packet
 * @returns {Object<string, Object<string, number>> | null} address -> argument -> value, within the protocol's limits;
 *   null where the packet is not sound OSC, not a whole frame, or of a newer version
 */
export function decode(packet) {
  if (packet.length > DATAGRAM_LIMIT) return null;
  const messages = [];
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  return readElement(view, 0, packet.length, 0, messages) ? collect(messages) : null;
}

function collect(messages) {
  if (messages[0]?.address !== LAYOUT[0][0] || messages.at(-1).address !== LAYOUT.at(-1)[0]) return null;
  let found = new Map();
  for (const message of messages) {
    if (message.address === LAYOUT[0][0]) found = new Map(); // a new frame discards what was collected
    found.set(message.address, message.values);
  }
  const frame = {};
  let sequence;
  for (const [address, rows] of LAYOUT) {
    if (OPTIONAL.has(address) && !found.has(address)) {
      frame[address] = Object.fromEntries(rows.map(({ name, neutral }) => [name, neutral]));
      continue;
    }
    const values = found.get(address) ?? [];
    frame[address] = {};
    for (const [n, { name, tag, low, high }] of rows.entries()) {
      const value = values[n];
      if (value?.tag !== tag || !Number.isFinite(value.number)) return null;
      if (name === "sequence" && (sequence ??= value.number) !== value.number) return null;
      frame[address][name] = Math.min(Math.max(value.number, low), high);
    }
  }
  return frame["/eyebridge/frame"].version <= VERSION ? frame : null;
}

function readElement(view, start, end, depth, messages) {
  if (start === end || (end - start) % 4) return false;
  if (view.getUint8(start) === 0x2f) return readMessage(view, start, end, messages);
  return isBundle(view, start, end) && depth < DEPTH_LIMIT && readBundle(view, start + 16, end, depth, messages);
}

function isBundle(view, start, end) {
  return end - start >= 16 && view.getUint32(start) === 0x2362756e && view.getUint32(start + 4) === 0x646c6500;
}

function readBundle(view, start, end, depth, messages) {
  for (let at = start; at < end; ) {
    const size = view.getInt32(at);
    at += 4;
    if (size <= 0 || size > end - at || !readElement(view, at, at + size, depth + 1, messages)) return false;
    at += size;
  }
  return true;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readMessage(view, start, end, messages) {
  const address = readText(view, start, end);
  if (!address) return false;
  const message = { address: address.text, values: [] };
  messages.push(message);
  if (address.next === end) return true; // senders older than the specification leave empty type tags out
  const tags = readText(view, address.next, end);
  if (!tags || tags.text[0] !== ",") return false;
  let at = tags.next;
  for (const tag of tags.text.slice(1)) {
    const next = skipArgument(view, at, end, tag);
    if (next < 0) return false;
    const number = tag === "i" ? view.getInt32(at) : tag === "f" ? view.getFloat32(at) : NaN;
    message.values.push({ tag, number });
    at = next;
  }
  return at === end;
}

const SIZES = { T: 0, F: 0, N: 0, I: 0, i: 4, f: 4, d: 8, h: 8, t: 8 };

// The offset behind the argument, or -1 where it is damaged or of a type that is not known.
function skipArgument(view, at, end, tag) {
  if (tag === "s") return readText(view, at, end)?.next ?? -1;
  let size = SIZES[tag];
  if (tag === "b" && at + 4 <= end) {
    const content = view.getInt32(at);
    size = content < 0 ? undefined : 4 + Math.ceil(content / 4) * 4;
  }
  return size !== undefined && at + size <= end ? at + size : -1;
}

function readText(view, start, end) {
  let stop = start;
  while (stop < end && view.getUint8(stop)) stop++;
  if (stop === end) return null;
  try {
    const text = utf8.decode(new Uint8Array(view.buffer, view.byteOffset + start, stop - start));
    return { text, next: start + Math.ceil((stop - start + 1) / 4) * 4 };
  } catch {
    return null; // TextDecoder throws for nothing but bytes that are not UTF-8
  }
}

const FLOATS = LAYOUT.flatMap(([address, rows]) => rows.map((row) => ({ address, ...row }))).filter(({ tag }) => tag === "f");

const blank = () => Object.fromEntries(LAYOUT.map(([address]) => [address, {}]));

/** The wearer's face at rest in light that is the scene's own: the floats, by address and argument. */
export function neutral() {
  const face = blank();
  for (const { address, name, neutral } of FLOATS) face[address][name] = Math.fround(neutral);
  return face;
}

/**
 * Takes newer frames only, glides from one to the next and eases to neutral when they stop. Times are seconds on any
 * clock that does not run backwards.
 */
export class Follow {
  #timing;
  #frame = null;
  #before = neutral();
  #takenAt = -Infinity;
  #glide = 0;
  lost = 0;

  constructor({ timeout = 0.5, ease = 0.5, longestGlide = 0.1 } = {}) {
    this.#timing = { timeout, ease, longestGlide };
  }

  /** Takes a frame that came at `now`; false for a duplicate and for one that comes late. */
  take(frame, now) {
    let apart = this.#timing.longestGlide;
    if (!this.#hasStopped(now)) {
      const ahead = since(frame, this.#frame, "sequence");
      if (ahead === 0 || ahead >= COUNT_LIMIT / 2) return false;
      this.lost += ahead - 1;
      apart = Math.min(apart, since(frame, this.#frame, "time") * 1e-6);
    }
    this.#before = this.at(now);
    this.#glide = apart;
    this.#frame = frame;
    this.#takenAt = now;
    return true;
  }

  /** The floats of the face at `now`, by address and argument. */
  at(now) {
    if (this.#frame === null) return neutral();
    const age = now - this.#takenAt;
    const glided = age >= this.#glide ? 1 : Math.max(0, age / this.#glide);
    const eased = this.#hasStopped(now) ? smooth((age - this.#timing.timeout) / this.#timing.ease) : 0;
    const face = blank();
    for (const { address, name, neutral } of FLOATS) {
      const shown = mix(this.#before[address][name], this.#frame[address][name], glided);
      face[address][name] = mix(shown, Math.fround(neutral), eased);
    }
    return face;
  }

  #hasStopped(now) {
    return now - this.#takenAt >= this.#timing.timeout;
  }
}

const since = (later, earlier, name) => {
  const [a, b] = [later, earlier].map((frame) => frame["/eyebridge/frame"][name]);
  return (a - b + COUNT_LIMIT) % COUNT_LIMIT;
};

const mix = (from, to, part) => from * (1 - part) + to * part;

const smooth = (part) => {
  const x = Math.min(Math.max(part, 0), 1);
  return x * x * (3 - 2 * x);
};
