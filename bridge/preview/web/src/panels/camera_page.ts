import { el, id, write } from "../dom";
import type { Link } from "../link";
import type { Camera, Setup, Side, Status } from "../messages";
import { Board } from "./camera_board";
import { CameraEye } from "./camera_eye";
import { split } from "./eyes";

const SECONDS = 5;

/** The second view: both cameras live, what is taken of them, and what is kept for the headset. */
export class CameraPage {
  private readonly eyes: Record<Side, CameraEye>;
  private readonly board: Board;
  private readonly name = id<HTMLInputElement>("headset");
  private readonly swap = id("swap-eyes");
  private headset = "";
  private swapped = false;

  constructor(private readonly link: Link) {
    this.eyes = { left: new CameraEye("left", link), right: new CameraEye("right", link) };
    this.board = new Board(link);
    id("camera-eyes").replaceChildren(this.eyes.left.place, this.eyes.right.place);
    this.swap.addEventListener("click", () => link.send({ type: "swap_eyes", on: !this.swapped }));
    id("camera-neutral").addEventListener("click", () => link.send({ type: "capture_neutral", seconds: SECONDS }));
    id("headset-reset").addEventListener("click", () => link.send({ type: "reset_cameras" }));
    id("headset-form").addEventListener("submit", (event) => {
      event.preventDefault();
      link.send({ type: "save_headset", name: this.name.value.trim() });
    });
    window.addEventListener("hashchange", () => this.turn());
    this.turn();
  }

  get open(): boolean {
    return location.hash === "#cameras";
  }

  /** Says whether this page wants the cameras' pictures; also after a new connection. */
  ask(): void {
    this.link.send({ type: "watch_cameras", on: this.open });
  }

  picture(side: Side, jpeg: Blob): void {
    void this.eyes[side].show(jpeg);
  }

  async pair(jpeg: Blob): Promise<void> {
    split(await createImageBitmap(jpeg), [this.eyes.left.view, this.eyes.right.view]);
  }

  setup({ headset, saved, swap, aspect, eyes, search }: Setup): void {
    this.swapped = swap;
    this.swap.setAttribute("aria-pressed", String(swap));
    if (headset !== this.headset) this.name.value = this.headset = headset; // not over what is being typed
    write(id("headset-saved"), saved ? "" : "Changed, not saved yet.");
    this.eyes.left.tell(eyes[0], aspect, search?.eye === "left");
    this.eyes.right.tell(eyes[1], aspect, search?.eye === "right");
    this.board.tell(search);
  }

  tell({ state, cameras, source }: Status): void {
    if (!this.open) return;
    write(id("camera-state"), state);
    id("camera-health").replaceChildren(...(cameras.length ? cameras.map(row) : [el("li", "", `${source}: no live camera.`)]));
  }

  private turn(): void {
    document.body.dataset.view = this.open ? "cameras" : "face";
    for (const link of document.querySelectorAll(".views a"))
      link.setAttribute("aria-current", String(link.getAttribute("href") === (this.open ? "#cameras" : "#face")));
    this.ask();
  }
}

function row({ name, state, fps, age, dropped, corrupt, problem }: Camera): HTMLElement {
  const numbers = [`${fps.toFixed(0)}/s`, age === null ? "no picture yet" : `newest ${age.toFixed(1)} s ago`, `${dropped} dropped`, `${corrupt} damaged`];
  const made = el("li", "health", el("span", "label", name), el("span", "state", state), el("p", "numbers", numbers.join(" · ")));
  if (problem) made.append(el("p", "problem", problem));
  made.dataset.state = state;
  return made;
}
