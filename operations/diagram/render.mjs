// Reads DOT on standard input, writes SVG on standard output: Graphviz as WebAssembly, pinned by package-lock.json.
import { readFileSync } from "node:fs";
import { instance } from "@viz-js/viz";

const result = (await instance()).render(readFileSync(0, "utf8"), { format: "svg", engine: "dot" });
for (const { level, message } of result.errors) {
  console.error(`${level ?? "warning"}: ${message}`);
}
if (result.status !== "success") {
  process.exit(1);
}
process.stdout.write(result.output);
