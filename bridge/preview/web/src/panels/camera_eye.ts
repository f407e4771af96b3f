import { el, words, write } from "../dom";
import type { Link } from "../link";
import type { EyeSetup, Side } from "../messages";
import { CropBox, type Crop } from "./camera_crop";

/** How long after a hand has changed something the daemon's own word on it is not shown, milliseconds. */
const HOLD_MS = 800;
/** Between two commands while a hand is moving, milliseconds. */
const PERIOD_MS = 50;

/** One camera: its live picture with the crop on it, its controls, and what the network is given of it. */
export class CameraEye {
  readonly view = el("canvas");
  private readonly picture = el("canvas");
  private readonly missing = el("p", "absent", "No picture comes for this eye.");
  private readonly rotation = el("input");
  private readonly degrees = el("output");
  private readonly mirror = el("button", "", "Mirror");
  private readonly lens = el("button", "", "Clear lens");
  private readonly crop: CropBox;
  private readonly frame: HTMLElement;
  readonly place: HTMLElement;
  private now: Arrangement = { crop: [0, 0, 1, 1], rotation: 0, mirror: false };
  /** What the daemon said last; it says so only when it changes. */
  private told = this.now;
  private held = 0;
  private timer = 0;

  constructor(
    private readonly side: Side,
    private readonly link: Link,
  ) {
    const name = `${words(side)} eye`;
    this.crop = new CropBox(name, (crop) => this.arrange({ crop }));
    this.frame = el("div", "frame", this.picture, this.crop.place, this.missing);
    Object.assign(this.rotation, { type: "range", id: `rotation-${side}`, min: "-180", max: "180", step: "0.5" });
    const label = el("label", "", "Rotation");
    label.htmlFor = this.rotation.id;
    const whole = el("button", "", "Largest crop");
    const straight = el("button", "", "Straight");
    for (const button of [this.mirror, whole, straight, this.lens]) button.type = "button";
    this.picture.setAttribute("role", "img");
    this.picture.setAttribute("aria-label", `Camera picture of the wearer's ${side} eye`);
    this.view.setAttribute("role", "img");
    this.view.setAttribute("aria-label", `What the network sees of the wearer's ${side} eye`);
    const controls = el(
      "div",
      "controls",
      el("div", "knob", label, this.degrees, this.rotation),
      el("div", "actions", this.mirror, straight, whole, this.lens),
    );
    const given = el("figure", "given", this.view, el("figcaption", "", "The network sees"));
    this.place = el("section", `camera-eye ${side}`, el("h2", "", name), this.frame, el("div", "under", given, controls));
    this.rotation.addEventListener("input", () => this.arrange({ rotation: this.rotation.valueAsNumber }));
    this.mirror.addEventListener("click", () => this.arrange({ mirror: !this.now.mirror }));
    straight.addEventListener("click", () => this.arrange({ rotation: 0 }));
    whole.addEventListener("click", () => this.crop.widen());
    this.lens.addEventListener("click", () => link.send({ type: "clear_lens", eye: side }));
    this.draw();
  }

  tell({ size, crop, rotation, mirror, undistorted }: EyeSetup, aspect: number, sought: boolean): void {
    this.missing.hidden = size !== null;
    this.frame.classList.toggle("sought", sought);
    this.lens.hidden = !undistorted;
    const [width, height] = size ?? [4, 3];
    this.frame.style.aspectRatio = `${width} / ${height}`;
    this.shape = (aspect * height) / width;
    this.told = { crop, rotation, mirror };
    if (!this.held) this.settle();
  }

  async show(jpeg: Blob): Promise<void> {
    const image = await createImageBitmap(jpeg);
    if (this.picture.width !== image.width || this.picture.height !== image.height)
      [this.picture.width, this.picture.height] = [image.width, image.height];
    this.picture.getContext("2d")!.drawImage(image, 0, 0);
    image.close();
  }

  private shape = 0.75;

  private arrange(change: Partial<Arrangement>): void {
    this.now = { ...this.now, ...change };
    window.clearTimeout(this.held);
    this.held = window.setTimeout(() => this.settle(), HOLD_MS);
    this.draw();
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      const [left, top, width, height] = this.now.crop;
      const { rotation, mirror } = this.now;
      this.link.send({ type: "arrange_eye", eye: this.side, left, top, width, height, rotation, mirror });
    }, PERIOD_MS);
  }

  private settle(): void {
    this.held = 0;
    this.now = this.told;
    this.draw();
  }

  private draw(): void {
    const { crop, rotation, mirror } = this.now;
    this.crop.show(crop, this.shape);
    this.rotation.value = String(rotation);
    this.rotation.style.setProperty("--share", ((rotation + 180) / 360).toFixed(3));
    write(this.degrees, `${rotation.toFixed(1)}°`);
    this.mirror.setAttribute("aria-pressed", String(mirror));
  }
}

interface Arrangement {
  crop: Crop;
  rotation: number;
  mirror: boolean;
}
