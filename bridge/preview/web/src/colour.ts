// Colour arithmetic: linear sRGB in, and out what lamps and style sheets take.

export type Rgb = [number, number, number];

/** OKLCH of a linear sRGB colour (Ottosson, "A perceptual color space for image processing"); hue in degrees. */
export function oklch([r, g, b]: Rgb): { lightness: number; chroma: number; hue: number } {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const A = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const B = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { lightness, chroma: Math.hypot(A, B), hue: (Math.atan2(B, A) * 180) / Math.PI };
}

/** Linear sRGB of a black body, brightest part 1 (Planckian locus after Kim et al. 2002, 1667-25000 K). */
export function blackBody(kelvin: number): Rgb {
  const t = Math.min(Math.max(kelvin, 1667), 25000);
  const u = 1e3 / t;
  const x =
    t < 4000
      ? -0.2661239 * u ** 3 - 0.234358 * u ** 2 + 0.8776956 * u + 0.17991
      : -3.0258469 * u ** 3 + 2.1070379 * u ** 2 + 0.2226347 * u + 0.24039;
  const y =
    t < 2222
      ? -1.1063814 * x ** 3 - 1.3481102 * x ** 2 + 2.18555832 * x - 0.20219683
      : t < 4000
        ? -0.9549476 * x ** 3 - 1.37418593 * x ** 2 + 2.09137015 * x - 0.16748867
        : 3.081758 * x ** 3 - 5.8733867 * x ** 2 + 3.75112997 * x - 0.37001483;
  const X = x / y;
  const Z = (1 - x - y) / y;
  const rgb: Rgb = [
    3.2404542 * X - 1.5371385 - 0.4985314 * Z,
    -0.969266 * X + 1.8760108 + 0.041556 * Z,
    0.0556434 * X - 0.2040259 + 1.0572252 * Z,
  ];
  const peak = Math.max(...rgb);
  return rgb.map((part) => Math.max(part, 0) / peak) as Rgb;
}
