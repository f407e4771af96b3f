// Packets on standard input, each after its size as an int32; a line of JSON for each one.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { decode } = await import(pathToFileURL(process.argv[2]));
const data = readFileSync(0);
for (let at = 0; at < data.length; ) {
  const size = data.readInt32BE(at);
  console.log(JSON.stringify(decode(data.subarray(at + 4, at + 4 + size))));
  at += 4 + size;
}
