import {
  AdditiveBlending,
  BackSide,
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  CustomBlending,
  Color,
  ExtrudeGeometry,
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  OneFactor,
  OneMinusSrcColorFactor,
  PlaneGeometry,
  PMREMGenerator,
  Points,
  PointsMaterial,
  RingGeometry,
  Scene,
  ShaderMaterial,
  Shape,
  BoxGeometry,
  type Texture,
  type WebGLRenderer,
} from "three";

const WALL = { z: -0.75, floor: -0.52, width: 7, height: 3.2, bend: 0.55, front: 2.2 };
const RING = { z: -0.42, y: 0.015, radius: 0.225, width: 0.0022 };

/** The studio: a wall that bends into the floor, so that light runs over it without an edge. */
export function cove(): Mesh {
  const { bend, front, height } = WALL;
  const profile = new Shape();
  profile.moveTo(front, 0);
  profile.lineTo(bend, 0);
  profile.absarc(bend, bend, bend, -Math.PI / 2, Math.PI, true);
  profile.lineTo(0, height);
  profile.lineTo(-0.02, height);
  profile.lineTo(-0.02, -0.02);
  profile.lineTo(front, -0.02);
  const geometry = new ExtrudeGeometry(profile, { depth: WALL.width, bevelEnabled: false, curveSegments: 48 });
  geometry.rotateY(-Math.PI / 2);
  const mesh = new Mesh(geometry, new MeshLambertMaterial({ color: 0x8d8d92, dithering: true }));
  mesh.position.set(WALL.width / 2, WALL.floor, WALL.z);
  mesh.receiveShadow = true;
  return mesh;
}

/** A ring of light behind the head, an iris of sorts; while a neutral is captured it fills clockwise from the top. */
export class Ring {
  readonly group = new Group();
  private readonly line: ShaderMaterial;
  private readonly glow: MeshBasicMaterial;

  constructor() {
    const { radius, width } = RING;
    this.line = new ShaderMaterial({
      uniforms: { colour: { value: new Color() }, fill: { value: 1 } },
      vertexShader: "varying vec2 at; void main() { at = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }",
      fragmentShader: `
        uniform vec3 colour; uniform float fill; varying vec2 at;
        void main() {
          float turn = fract(atan(at.x, at.y) / 6.2831853);
          float edge = ${width.toFixed(4)} - abs(length(at) - ${radius.toFixed(4)});
          float soft = smoothstep(0.0, fwidth(edge) * 1.5, edge);
          gl_FragColor = vec4(mix(colour * 0.16, colour, 1.0 - step(fill, turn)), soft);
          #include <tonemapping_fragment>
          #include <colorspace_fragment>
        }`,
      transparent: true,
      depthWrite: false,
    });
    this.glow = new MeshBasicMaterial({
      map: halo(),
      transparent: true,
      blending: CustomBlending, // screen: adding would shift the hue where the wall is bright already
      blendSrc: OneFactor,
      blendDst: OneMinusSrcColorFactor,
      depthWrite: false,
      fog: false,
    });
    const ring = new Mesh(new RingGeometry(radius - 2 * width, radius + 2 * width, 160, 1), this.line);
    const glow = new Mesh(new PlaneGeometry(radius * 4, radius * 4), this.glow);
    glow.position.z = -0.01;
    this.group.add(glow, ring);
    this.group.position.set(0, RING.y, RING.z);
  }

  paint(colour: Color, strength: number, fill: number): void {
    const line = this.line.uniforms.colour!.value as Color;
    line.copy(colour).multiplyScalar(0.5 + 1.2 * strength);
    this.line.uniforms.fill!.value = fill;
    this.glow.color.copy(colour).multiplyScalar(0.5 * strength);
  }
}

/** Glow around the ring, drawn once. */
function halo(): Texture {
  const size = 512;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const paper = canvas.getContext("2d")!;
  const image = paper.createImageData(size, size);
  for (let i = 0; i < size * size; i++) {
    const r = Math.hypot((i % size) / size - 0.5, Math.floor(i / size) / size - 0.5) * 4; // 1 at the ring
    const value = 0.8 * Math.exp(-(((r - 1) / 0.05) ** 2)) + 0.35 * Math.exp(-(((r - 1) / 0.28) ** 2));
    const fade = Math.min(Math.max((1.95 - r) / 0.5, 0), 1);
    const level = value * fade * 255 + Math.random() - 0.5; // half a step of noise against banding
    image.data.set([level, level, level, 255], 4 * i);
  }
  paper.putImageData(image, 0, 0);
  return new CanvasTexture(canvas);
}

/** What skin and corneas mirror: a dark room with two soft boxes and a strip. */
export function surroundings(renderer: WebGLRenderer): Texture {
  const room = new Scene();
  room.add(new Mesh(new BoxGeometry(8, 8, 8), new MeshBasicMaterial({ color: 0x101014, side: BackSide })));
  const boxes: [number, number, number, number, number, number][] = [
    [1.9, 1.9, 2.4, 1.3, 1.3, 9],
    [-2.4, 1.0, 2.0, 0.7, 1.8, 4],
    [0, -1.8, 2.6, 2.2, 0.3, 1.6],
    [2.6, 0.8, -2.2, 0.6, 2.4, 5],
    [-2.6, 0.8, -2.2, 0.6, 2.4, 5],
  ];
  for (const [x, y, z, width, height, power] of boxes) {
    const material = new MeshBasicMaterial({ color: new Color(power, power, power), side: BackSide, toneMapped: false });
    const box = new Mesh(new PlaneGeometry(width, height), material);
    box.position.set(x, y, z);
    box.lookAt(0, 0, 0);
    box.rotateY(Math.PI);
    room.add(box);
  }
  const generator = new PMREMGenerator(renderer);
  const texture = generator.fromScene(room, 0, 0.1, 20, { size: 64 }).texture;
  generator.dispose();
  return texture;
}

/** A few motes that drift through the light. */
export function motes(): Points<BufferGeometry, PointsMaterial> {
  const count = 90;
  const places = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) {
    places.set([(Math.random() - 0.5) * 1.6, Math.random() * 1.1 - 0.45, Math.random() * 0.75 - 0.4], 3 * i);
  }
  const geometry = new BufferGeometry().setAttribute("position", new BufferAttribute(places, 3));
  const material = new PointsMaterial({
    size: 0.0028,
    transparent: true,
    opacity: 0.35,
    blending: AdditiveBlending,
    depthWrite: false,
  });
  return new Points(geometry, material);
}

export function drift(points: Points<BufferGeometry, PointsMaterial>, now: number, dt: number): void {
  const places = points.geometry.getAttribute("position") as BufferAttribute;
  for (let i = 0; i < places.count; i++) {
    const y = places.getY(i) + dt * 0.008;
    places.setXY(i, places.getX(i) + dt * 0.006 * Math.sin(now * 0.3 + i), y > 0.65 ? -0.45 : y);
  }
  places.needsUpdate = true;
}
