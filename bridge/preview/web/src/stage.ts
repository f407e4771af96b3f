import {
  ACESFilmicToneMapping,
  Color,
  DirectionalLight,
  Fog,
  HemisphereLight,
  PCFShadowMap,
  PerspectiveCamera,
  Scene,
  SpotLight,
  Vector3,
  WebGLRenderer,
} from "three";
import { Avatar, type Pose } from "./avatar";
import { blackBody, type Rgb } from "./colour";
import { approach } from "./motion";
import { cove, drift, motes, Ring, surroundings } from "./set";

export interface Mood {
  colour: Rgb;
  intensity: number;
  temperature: number;
}

const VIEW = { yaw: 0.7, pitch: 0.32, fov: 21, distance: 1.17 };
const RATIO = { highest: 2, lowest: 0.5 };
/** Seconds a frame may take before fewer pixels are drawn, and before the scene takes turns with the rest of the page. */
const SLOW = { fewer: 1 / 40, rest: 0.1 };

/** The 3D scene: a head in a small studio whose lamps carry the mood. */
export class Stage {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(VIEW.fov, 1, 0.1, 12);
  private readonly ring = new Ring();
  private readonly dust = motes();
  private readonly lamps = {
    key: lamp([0.62, 0.62, 0.95], [0, -0.03, 0], 0.5, 0.9),
    left: lamp([-0.75, 0.32, -0.5], [0, -0.02, 0], 0.5, 0.8),
    right: lamp([0.75, 0.4, -0.45], [0, -0.04, 0], 0.5, 0.8),
    wall: lamp([-0.5, -0.42, 0.05], [-0.1, 0.15, -0.75], 1.0, 1),
    front: new DirectionalLight(),
    room: new HemisphereLight(),
  };
  private avatar?: Avatar;
  private names: readonly string[] = [];
  private readonly view = { yaw: 0, pitch: 0, toYaw: 0, toPitch: 0 };
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private ratio = Math.min(devicePixelRatio, RATIO.highest);
  private pace = 1 / 60;
  private drawn = -1;
  private restUntil = 0;
  private inView = true;
  private readonly tint = new Color();
  private readonly white = new Color();
  private readonly mixed = new Color();

  /**
   * Throws where the browser has no WebGL. A governed stage draws fewer pixels where the machine cannot keep up.
   */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly governed: boolean,
  ) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: "low-power" });
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.build();
    this.listen();
    new ResizeObserver(() => this.resize()).observe(canvas);
    new IntersectionObserver(([entry]) => (this.inView = entry!.isIntersecting)).observe(canvas);
    this.resize();
  }

  async load(url: string): Promise<void> {
    const avatar = await Avatar.load(url);
    if (this.renderer.extensions.has("KHR_parallel_shader_compile")) {
      await this.renderer.compileAsync(avatar.root, this.camera, this.scene);
    }
    avatar.name(this.names);
    this.scene.add(avatar.root);
    this.avatar = avatar;
  }

  name(weights: readonly string[]): void {
    this.names = weights;
    this.avatar?.name(weights);
  }

  /** `progress` is 0..1 while a neutral is captured, else null. */
  render(now: number, dt: number, pose: Pose, mood: Mood, progress: number | null): void {
    if (this.resting(now) || !this.inView) return;
    this.light(mood);
    this.ring.paint(this.tint, mood.intensity, progress ?? 1);
    this.look(dt);
    if (this.avatar) {
      this.avatar.pose(pose);
      this.avatar.hold(pose.head, this.calm.matches ? null : now);
    }
    if (!this.calm.matches) drift(this.dust, now, dt);
    this.renderer.render(this.scene, this.camera);
    this.drawn = now;
  }

  private build(): void {
    const { key, left, right, wall, front, room } = this.lamps;
    key.castShadow = true;
    key.shadow.mapSize.set(1024, 1024);
    key.shadow.camera.near = 0.7;
    key.shadow.camera.far = 2.6;
    key.shadow.bias = -0.0015;
    key.shadow.normalBias = 0.006;
    key.shadow.radius = 5;
    front.position.set(-0.4, 0.15, 1);
    for (const light of [key, left, right, wall, front, room]) this.scene.add(light);
    for (const spot of [key, left, right, wall]) this.scene.add(spot.target);
    this.scene.environment = surroundings(this.renderer);
    this.scene.fog = new Fog(0x000000, 2.2, 4.2);
    this.scene.add(cove(), this.ring.group, this.dust);
  }

  /** Mood colours the lamps beside and behind; the white of those in front follows the colour temperature. */
  private light({ colour, intensity, temperature }: Mood): void {
    const { key, left, right, wall, front, room } = this.lamps;
    this.tint.setRGB(...colour);
    this.white.setRGB(...blackBody(temperature));
    this.mixed.copy(this.white).lerp(this.tint, 0.35);
    set(key, this.mixed, 2.2 * (0.35 + 0.65 * intensity));
    set(left, this.tint, 5 * intensity);
    set(right, this.mixed, 3 * intensity);
    set(wall, this.tint, 1.1 * intensity);
    set(front, this.white, 0.16 * (0.5 + 0.5 * intensity));
    room.color.copy(this.mixed);
    room.groundColor.copy(this.tint).multiplyScalar(0.25);
    room.intensity = 0.16 * intensity;
    this.scene.environmentIntensity = 0.14 + 0.2 * intensity;
    this.dust.material.color.copy(this.mixed);
    (this.scene.fog as Fog).color.copy(this.tint).multiplyScalar(0.012 * intensity);
  }

  private look(dt: number): void {
    const { view, camera } = this;
    const k = this.calm.matches ? 1 : approach(dt, 0.16);
    view.yaw += k * (view.toYaw - view.yaw);
    view.pitch += k * (view.toPitch - view.pitch);
    const wide = camera.aspect < 0.9 ? 1.12 : 1;
    const distance = VIEW.distance * wide;
    camera.position
      .set(Math.sin(view.yaw) * Math.cos(view.pitch), Math.sin(view.pitch), Math.cos(view.yaw) * Math.cos(view.pitch))
      .multiplyScalar(distance)
      .add(FOCUS);
    camera.lookAt(FOCUS);
  }

  private listen(): void {
    const { canvas, view } = this;
    const turn = (yaw: number, pitch: number) => {
      view.toYaw = Math.min(Math.max(view.toYaw + yaw, -VIEW.yaw), VIEW.yaw);
      view.toPitch = Math.min(Math.max(view.toPitch + pitch, -VIEW.pitch), VIEW.pitch);
    };
    const mirrored = () => (document.body.dataset.mirror === "on" ? -1 : 1);
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons & 1) turn(-0.006 * event.movementX * mirrored(), 0.005 * event.movementY);
    });
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("dblclick", () => turn(-view.toYaw, -view.toPitch));
    canvas.addEventListener("keydown", ({ key }) => {
      const step = STEPS[key];
      if (step) turn(step[0] * mirrored(), step[1]);
    });
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    this.renderer.setPixelRatio(this.ratio);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }

  /** Looks at what the last frame cost; a scene that is drawn in software leaves half of the time to the numbers. */
  private resting(now: number): boolean {
    if (this.drawn > 0) {
      const cost = Math.min(now - this.drawn, 2);
      this.drawn = -1;
      if (cost > SLOW.rest) this.restUntil = now + cost;
      this.pace += 0.04 * (Math.min(cost, 0.25) - this.pace);
      if (this.governed && this.pace > SLOW.fewer && this.ratio > RATIO.lowest) {
        this.ratio = Math.max(this.ratio * 0.75, RATIO.lowest);
        this.pace = 1 / 60;
        this.resize();
      }
    }
    return now < this.restUntil;
  }
}

const FOCUS = new Vector3(0, -0.034, 0);

const STEPS: Record<string, [number, number] | undefined> = {
  ArrowLeft: [0.12, 0],
  ArrowRight: [-0.12, 0],
  ArrowUp: [0, -0.08],
  ArrowDown: [0, 0.08],
};

function lamp(from: [number, number, number], to: [number, number, number], angle: number, penumbra: number): SpotLight {
  const light = new SpotLight(0xffffff, 1, 0, angle, penumbra, 2);
  light.position.set(...from);
  light.target.position.set(...to);
  return light;
}

function set(light: SpotLight | DirectionalLight, colour: Color, intensity: number): void {
  light.color.copy(colour);
  light.intensity = intensity;
}
