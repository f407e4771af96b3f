import { Group, MathUtils, Mesh, Object3D, Quaternion, Vector3 } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

const EYES = ["LeftEye", "RightEye"] as const;
/** Metres between the eyes of an adult: whatever unit a model is made in, it is scaled to this. */
const EYE_DISTANCE = 0.064;
const AXES = { yaw: new Vector3(0, 1, 0), pitch: new Vector3(1, 0, 0) };

/** What a face shows: weights, gaze and head as in a frame. */
export interface Pose {
  weights: Float32Array;
  gaze: Float32Array;
  head: Float32Array;
}

interface Eye {
  node: Object3D;
  rest: Quaternion;
}

/** The face: ARKit morph targets by name, and two eyes that turn. Its eyes lie at the origin; it looks along +z. */
export class Avatar {
  readonly root = new Group();
  private shapes: { influences: number[]; target: number; weight: number }[] = [];
  private readonly yaw = new Quaternion();
  private readonly pitch = new Quaternion();

  private constructor(
    private readonly model: Group,
    private readonly eyes: Eye[],
    private readonly head: Object3D,
  ) {
    this.root.add(model);
    this.place();
  }

  static async load(url: string): Promise<Avatar> {
    const { scene } = await new GLTFLoader().loadAsync(url);
    const eyes = EYES.map((name) => {
      const node = scene.getObjectByName(name);
      if (!node) throw new Error(`the avatar has no node ${name}`);
      return { node, rest: node.quaternion.clone() };
    });
    scene.traverse((node) => {
      if (!(node instanceof Mesh)) return;
      node.castShadow = node.receiveShadow = true;
      node.frustumCulled = false; // morphs move vertices out of the box that was measured at rest
    });
    return new Avatar(scene, eyes, scene.getObjectByName("Head") ?? scene);
  }

  /** Says which weight drives which morph target. */
  name(weights: readonly string[]): void {
    this.shapes = [];
    this.model.traverse((node) => {
      if (!(node instanceof Mesh) || !node.morphTargetDictionary || !node.morphTargetInfluences) return;
      for (const [weight, name] of weights.entries()) {
        const target = node.morphTargetDictionary[name];
        if (target !== undefined) this.shapes.push({ influences: node.morphTargetInfluences, target, weight });
      }
    });
  }

  pose({ weights, gaze }: Pose): void {
    for (const { influences, target, weight } of this.shapes) influences[target] = weights[weight]!;
    for (const [side, { node, rest }] of this.eyes.entries()) {
      this.yaw.setFromAxisAngle(AXES.yaw, MathUtils.degToRad(gaze[2 * side]!));
      this.pitch.setFromAxisAngle(AXES.pitch, -MathUtils.degToRad(gaze[2 * side + 1]!));
      node.quaternion.copy(rest).multiply(this.yaw).multiply(this.pitch);
    }
  }

  /** Turned as in a frame. A living head is never quite still, unless `now` is null. */
  hold([yaw, pitch, roll]: Float32Array, now: number | null): void {
    const breath = now === null ? [0, 0, 0] : [0.008 * Math.sin(now * 0.9), 0.02 * Math.sin(now * 0.37), 0.006 * Math.sin(now * 0.53)];
    const turn = [-pitch!, yaw!, roll!].map((degrees, i) => MathUtils.degToRad(degrees) + breath[i]!) as [number, number, number];
    this.head.rotation.set(...turn, "YXZ");
  }

  private place(): void {
    this.model.updateMatrixWorld(true);
    const [left, right] = this.eyes.map(({ node }) => node.getWorldPosition(new Vector3())) as [Vector3, Vector3];
    const scale = EYE_DISTANCE / left.distanceTo(right);
    this.model.scale.multiplyScalar(scale);
    this.model.position.sub(left.add(right).multiplyScalar(0.5 * scale));
  }
}
