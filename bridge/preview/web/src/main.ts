import { oklch, type Rgb } from "./colour";
import { id, write } from "./dom";
import { Link } from "./link";
import type { Frame, Message, Picture, Status, Tables } from "./messages";
import { approach, Motion, SILENCE } from "./motion";
import { CameraPage } from "./panels/camera_page";
import { Cameras } from "./panels/cameras";
import { Caption } from "./panels/caption";
import { Channels } from "./panels/channels";
import { Classes } from "./panels/classes";
import { Eyes } from "./panels/eyes";
import { Guide } from "./panels/guide";
import { Light } from "./panels/light";
import { Look } from "./panels/look";
import { Neutral } from "./panels/neutral";
import { Tape } from "./panels/tape";
import { Targets } from "./panels/targets";
import { Tuning } from "./panels/tuning";
import { Weights } from "./panels/weights";
import { Stage, type Mood } from "./stage";

const FASTEST_FRAME = 1 / 95;
const TEXT_PERIOD = 0.1;
const AMBER: Mood = { colour: [1, 0.82, 0.64], intensity: 0.8, temperature: 4600 };

const root = document.documentElement;
const link = new Link({ message, picture, connected });
const eyes = new Eyes(id("eyes"));
const tuning = new Tuning(link);
const targets = new Targets(link);
const cameras = new Cameras();
const cameraPage = new CameraPage(link);
const neutral = new Neutral(link);
const guide = new Guide(link);
const tape = new Tape(link);
const light = new Light(id("light"));
const look = new Look(id("look"), link);

let stage: Stage | undefined;
let panels: ReturnType<typeof build> | undefined;
let frame: Frame | undefined;
let progress: number | null = null;
let drawn = 0;
let told = 0;
const mood: Mood = structuredClone(AMBER);
const gaze = new Motion(4);
const head = new Motion(6);

function build(tables: Tables) {
  const shapes = tables.groups.flatMap((group) => group.shapes);
  return {
    shapes,
    caption: new Caption(tables),
    units: new Classes(id("units"), tables.action_units.map(({ facs, label }) => ({ code: facs, label }))),
    emotions: new Classes(id("emotions"), tables.emotions),
    channels: new Channels(id("channels"), tables.channels),
    weights: new Weights(id("weights"), tables.groups),
    motion: {
      units: new Motion(tables.action_units.length),
      emotions: new Motion(tables.emotions.length),
      channels: new Motion(tables.channels.length),
      weights: new Motion(shapes.length),
    },
  };
}

function message(received: Message): void {
  switch (received.type) {
    case "tables":
      panels ??= build(received);
      stage?.name(panels.shapes);
      break;
    case "frame":
      arrive(received, performance.now() / 1000);
      break;
    case "guide":
      guide.ask(received.asked);
      break;
    case "setup":
      cameraPage.setup(received);
      break;
    case "status":
      tell(received);
      break;
    case "sliders":
      tuning.show(received.sliders);
  }
}

function picture(kind: Picture, jpeg: Blob): void {
  if (kind === "neutral") void eyes.showNeutral(jpeg);
  else if (kind === "eyes") void (cameraPage.open ? cameraPage.pair(jpeg) : eyes.show(jpeg));
  else cameraPage.picture(kind, jpeg);
}

function arrive(received: Frame, now: number): void {
  if (!panels) return;
  frame = received;
  const { units, emotions, channels, weights } = panels.motion;
  units.arrive(received.action_units, now);
  emotions.arrive(received.emotions, now);
  channels.arrive(received.channels, now);
  weights.arrive(received.weights, now);
  gaze.arrive(received.gaze, now);
  head.arrive(received.head ?? [], now);
}

function tell(status: Status): void {
  progress = status.progress;
  neutral.tell(status);
  guide.tell(status);
  tape.tell(status);
  targets.tell(status.targets, performance.now());
  cameras.tell(status.cameras);
  cameraPage.tell(status);
  eyes.hasNeutral(status.neutral);
  write(id("source"), status.source);
  write(id("fps"), (status.fps ?? 0).toFixed(0));
  write(id("latency"), (status.latency ?? 0).toFixed(1));
  write(id("state"), status.state);
}

function connected(yes: boolean): void {
  root.dataset.connection = yes ? "live" : "lost";
  if (yes) cameraPage.ask();
  if (!yes) {
    progress = null;
    guide.ask(null);
    document.body.classList.remove("capturing");
    id("countdown").hidden = true;
  }
}

/** Once, and not before somebody looks at it: building the scene takes a moment. */
function openStage(): void {
  if (stage || cameraPage.open) return;
  try {
    stage = new Stage(id<HTMLCanvasElement>("stage"), !location.search.includes("full"));
  } catch {
    id("no-webgl").hidden = false;
    return;
  }
  stage.name(panels?.shapes ?? []);
  stage.load("avatar.glb").catch((error: Error) => {
    const notice = id("no-avatar");
    notice.textContent = `The avatar could not be loaded: ${error.message}`;
    notice.hidden = false;
  });
}

/** The scene's light follows what arrived, and stays where it is when nothing arrives. */
function follow(dt: number): void {
  if (!frame) return;
  const [red, green, blue, intensity, temperature] = frame.light.map((value, i) => value ?? REST[i]!) as Five;
  const k = approach(dt, 0.2);
  [red, green, blue].forEach((value, i) => (mood.colour[i]! += k * (value - mood.colour[i]!)));
  mood.intensity += k * (intensity - mood.intensity);
  mood.temperature += k * (temperature - mood.temperature);
}

type Five = [number, number, number, number, number];
const REST: Five = [...AMBER.colour, AMBER.intensity, AMBER.temperature];

/** Numbers, words and colours, ten times a second: nobody reads faster. */
function describe(now: number, silent: boolean): void {
  const { hue, chroma } = oklch(mood.colour as Rgb);
  root.style.setProperty("--hue", hue.toFixed(0));
  root.style.setProperty("--chroma", Math.min(chroma, 0.15).toFixed(3));
  root.style.setProperty("--power", mood.intensity.toFixed(2));
  light.tell(mood);
  const lost = root.dataset.connection === "lost";
  root.classList.toggle("silent", silent);
  id("toast").hidden = !(lost || (silent && now > 2));
  write(id("toast"), lost ? "Connection lost. Trying again…" : "No frames are arriving. The face rests until they do.");
  if (!panels || !frame || silent) return;
  panels.caption.tell(frame, now);
  panels.units.tell(frame.action_units);
  panels.emotions.tell(frame.emotions);
  panels.channels.tell(frame.channels);
  panels.weights.tell(frame.weights);
  eyes.tell(frame);
  look.tell(frame);
  write(id("quality"), (100 * frame.quality).toFixed(0));
  write(id("personalized"), frame.personalized ? "yes" : "no");
}

function tick(): void {
  requestAnimationFrame(tick);
  const now = performance.now() / 1000;
  const dt = now - drawn;
  if (dt < FASTEST_FRAME) return;
  drawn = now;
  const step = Math.min(dt, 0.25);
  follow(step);
  gaze.step(now, step);
  head.step(now, step);
  if (panels) {
    const { motion } = panels;
    for (const part of Object.values(motion)) part.step(now, step);
    panels.units.move(motion.units.shown);
    panels.emotions.move(motion.emotions.shown);
    panels.channels.move(motion.channels.shown);
    panels.weights.move(motion.weights.shown);
    eyes.move(gaze.shown);
  }
  const silent = gaze.silence(now) > SILENCE;
  if (now - told >= TEXT_PERIOD) {
    told = now;
    describe(now, silent);
  }
  const face = guide.lead(panels?.motion.weights.shown ?? NOTHING, gaze.shown, step);
  if (!cameraPage.open) stage?.render(now, dt, { ...face, head: head.shown }, mood, progress);
}

const NOTHING = new Float32Array(0);

id("mirror").addEventListener("click", ({ currentTarget }) => {
  const on = document.body.dataset.mirror !== "on";
  document.body.dataset.mirror = on ? "on" : "off";
  (currentTarget as HTMLElement).setAttribute("aria-pressed", String(on));
});
requestAnimationFrame(tick);
requestAnimationFrame(() => setTimeout(openStage)); // numbers first
window.addEventListener("hashchange", openStage);
