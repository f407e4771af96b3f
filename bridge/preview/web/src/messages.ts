// What travels between the server and this page; bridge/preview/feed.py and bridge/control.py hold the other half.

export type Side = "left" | "right";

export interface ActionUnit {
  name: string;
  facs: string;
  label: string;
}

export interface Emotion {
  name: string;
  label: string;
}

export interface Channel {
  name: string;
  unit: "ratio" | "degrees" | "iris";
  low: number;
  high: number;
  neutral: number;
  meaning: string;
}

export interface Tables {
  type: "tables";
  action_units: ActionUnit[];
  emotions: Emotion[];
  channels: Channel[];
  groups: { name: string; shapes: string[] }[];
}

/** One result; null where a value is not known. */
export interface Frame {
  type: "frame";
  action_units: number[];
  emotions: number[];
  channels: (number | null)[];
  weights: (number | null)[];
  /** Degrees: left yaw, left pitch, right yaw, right pitch. */
  gaze: (number | null)[];
  /** Where both eyes look together: degrees of yaw and pitch, metres. */
  look: [number | null, number | null, number | null];
  /** Direct 1 or averted -1 gaze, its seconds, approach of the emotion, and whether gaze goes with it, -1..1. */
  signal: [number | null, number | null, number | null, number | null];
  /** Linear red, green, blue; intensity 0..2; temperature in kelvin. */
  light: (number | null)[];
  /** Degrees to the left, up, to the right shoulder; metres to the left, up, forward. Null while nobody sees the head. */
  head: number[] | null;
  /** How surely a face camera sees a face, 0..1; null while it sees none. */
  face: number | null;
  quality: number;
  personalized: boolean;
  blink: boolean;
  /** The wearer's left, right eye. */
  seen: [boolean, boolean];
  mirrored: [boolean, boolean];
}

export interface Status {
  type: "status";
  source: string;
  fps: number;
  latency: number;
  state: string;
  /** 0..1 while a calibration is under way. */
  progress: number | null;
  /** Seconds left of a neutral that is taken. */
  remaining: number | null;
  neutral: boolean;
  dropped: number;
  targets: Target[];
  cameras: Camera[];
  guided: Guided | null;
  undoable: boolean;
  /** Frames saved so far of the recording under way; null while there is none. */
  recorded: number | null;
}

/** What a guided calibration asks for now. */
export interface Asked {
  step: string;
  number: number;
  of: number;
  text: string;
  /** False while the wearer gets ready. */
  holding: boolean;
  /** Left of getting ready or of holding, and how long that is. */
  seconds: number;
  length: number;
  /** 0..1 of the whole guide. */
  progress: number;
  /** Degrees of yaw (positive to the wearer's left) and pitch (up) that the eyes should follow. */
  target: [number, number] | null;
  skippable: boolean;
  /** The example: blendshapes in the order of the tables, and the gaze as in a frame. */
  weights: number[];
  gaze: [number, number, number, number];
}

/** What a guided calibration has come to. */
export interface Guided {
  /** Parts of right expressions before and after, 0..1. */
  expressions: [number, number] | null;
  /** Median degrees off before and after. */
  gaze: [number, number] | null;
  /** Whether more than the neutral was found. */
  learnt: boolean;
  /** The exercises that left too little to see. */
  weak: string[];
  skipped: number;
}

/** How one live camera is doing; dropped and corrupt pictures are counted since the start. */
export interface Camera {
  name: string;
  state: "connecting" | "ok" | "gone" | "stalled" | "frozen" | "garbage";
  fps: number;
  /** Seconds since its newest picture. */
  age: number | null;
  dropped: number;
  corrupt: number;
  /** To be read after the name; "" where all is well. */
  problem: string;
}

/** How one target is doing; packets and bytes are a second's. */
export interface Target {
  name: string;
  /** Where it sends; "" while it is not open. */
  address: string;
  on: boolean;
  packets: number;
  bytes: number;
  /** Packets refused since it was opened. */
  refused: number;
  /** Why the latest packet was refused, or why it could not be opened; "" where neither was. */
  problem: string;
}

export interface Slider {
  path: string;
  title: string;
  help: string;
  value: number;
  low: number;
  high: number;
  step: number;
}

export interface Sliders {
  type: "sliders";
  sliders: Slider[];
}

/** How one camera's picture becomes the network's view. */
export interface EyeSetup {
  /** Width and height of the camera's picture; null where none comes. */
  size: [number, number] | null;
  /** Left, top, width, height as fractions of the turned and mirrored picture. */
  crop: [number, number, number, number];
  /** Degrees counter-clockwise. */
  rotation: number;
  mirror: boolean;
  undistorted: boolean;
}

/** How the search for a checkerboard stands. */
export interface BoardSearch {
  eye: Side;
  columns: number;
  rows: number;
  seen: boolean;
  taken: number;
  /** Views that are still needed; null before the first picture. */
  missing: number | null;
  /** Reprojection error, pixels; null while the lens is not known. */
  error: number | null;
  problem: string;
}

/** Both cameras; comes only while the page asks for it. */
export interface Setup {
  type: "setup";
  headset: string;
  saved: boolean;
  swap: boolean;
  /** Width over height of one eye as the network sees it. */
  aspect: number;
  eyes: [EyeSetup, EyeSetup];
  search: BoardSearch | null;
}

export type Message = Tables | Frame | Status | Sliders | Setup | { type: "guide"; asked: Asked | null };

/** The first byte of a binary message; a JPEG follows. */
export const PICTURE = ["eyes", "neutral", "left", "right"] as const;
export type Picture = (typeof PICTURE)[number];

export type Command =
  | { type: "capture_neutral"; seconds: number }
  | { type: "center_gaze" }
  | { type: "forget_neutral" }
  | { type: "start_guide"; only_gaze?: boolean }
  | { type: "skip_step" }
  | { type: "stop_guide" }
  | { type: "undo_calibration" }
  | { type: "start_recording" }
  | { type: "stop_recording" }
  | { type: "adjust"; path: string; value: number }
  | { type: "switch"; target: string; on: boolean }
  | { type: "save_settings" }
  | { type: "reset_settings" }
  | { type: "watch_cameras"; on: boolean }
  | ({ type: "arrange_eye"; eye: Side; rotation: number; mirror: boolean } & Record<"left" | "top" | "width" | "height", number>)
  | { type: "swap_eyes"; on: boolean }
  | { type: "seek_board"; eye: Side; columns: number; rows: number }
  | { type: "take_view" }
  | { type: "stop_seeking" }
  | { type: "apply_lens" }
  | { type: "clear_lens"; eye: Side }
  | { type: "save_headset"; name: string }
  | { type: "reset_cameras" };
