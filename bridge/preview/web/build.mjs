// Builds src/ into ../page, the folder that the server serves and the wheel carries.
import * as esbuild from "esbuild";
import { cpSync, readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";

const page = "../page";
const fonts = {
  "geist.woff2": "@fontsource-variable/geist/files/geist-latin-wght-normal.woff2",
  "geist-mono.woff2": "@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2",
};
const licences = {
  "three.js": "three/LICENSE",
  "Geist (font)": "@fontsource-variable/geist/LICENSE",
  "Geist Mono (font)": "@fontsource-variable/geist-mono/LICENSE",
};

rmSync(page, { recursive: true, force: true });
mkdirSync(page);
for (const name of ["index.html", "style.css", "cameras.css", "icon.svg"]) cpSync(`src/${name}`, `${page}/${name}`);
for (const [name, source] of Object.entries(fonts)) cpSync(`node_modules/${source}`, `${page}/${name}`);
writeFileSync(
  `${page}/LICENSES.txt`,
  Object.entries(licences)
    .map(([name, path]) => `${name}\n\n${readFileSync(`node_modules/${path}`, "utf8").trim()}\n`)
    .join(`\n${"-".repeat(80)}\n\n`),
);

const options = {
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outfile: `${page}/app.js`,
  legalComments: "inline",
};
if (process.argv.includes("--watch")) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
