import { el, id, write } from "../dom";
import type { Link } from "../link";
import type { Frame } from "../messages";

const ROWS = {
  direction: "Direction",
  distance: "Distance",
  contact: "Gaze",
  agreement: "With the emotion",
  face: "Face camera",
} as const;

/** Where both eyes look together, what that may signal, the two quick ways to set it right, and what a face camera sees. */
export class Look {
  private readonly values = Object.fromEntries(Object.keys(ROWS).map((name) => [name, el("dd")])) as Record<
    keyof typeof ROWS,
    HTMLElement
  >;

  constructor(place: HTMLElement, link: Link) {
    place.replaceChildren(
      ...Object.entries(ROWS).map(([name, title]) => el("div", "", el("dt", "", title), this.values[name as keyof typeof ROWS])),
    );
    id("gaze-center").addEventListener("click", () => link.send({ type: "center_gaze" }));
    id("gaze-follow").addEventListener("click", () => link.send({ type: "start_guide", only_gaze: true }));
  }

  tell({ look, signal, face, head }: Frame): void {
    const [yaw, pitch, distance] = look;
    const [contact, seconds, , agreement] = signal;
    write(this.values.direction, yaw === null || pitch === null ? "–" : `${aside(yaw)}, ${upwards(pitch)}`);
    write(this.values.distance, distance === null ? "–" : `${distance.toFixed(distance < 1 ? 2 : 1)} m`);
    write(this.values.contact, contact === null ? "–" : `${contact > 0 ? "direct" : "averted"} ${(seconds ?? 0).toFixed(0)} s`);
    write(this.values.agreement, agreement === null ? "–" : agreement.toFixed(2));
    const turned = head === null ? "" : `: ${aside(head[0]!)}, ${upwards(head[1]!)}`;
    write(this.values.face, face === null ? "–" : `${(100 * face).toFixed(0)} %${turned}`);
  }
}

function aside(degrees: number): string {
  return `${Math.abs(degrees).toFixed(0)}° ${degrees < 0 ? "right" : "left"}`;
}

function upwards(degrees: number): string {
  return `${Math.abs(degrees).toFixed(0)}° ${degrees < 0 ? "down" : "up"}`;
}
