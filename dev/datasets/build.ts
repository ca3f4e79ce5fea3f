// Writes every generated data file: `npx tsx dev/datasets/build.ts` from the root of the repository.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { dataFiles } from "./files.ts";

for (const [path, text] of dataFiles()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(
    `${path}: ${text.split("\n").length - 1} lines, ${text.length} characters\n`,
  );
}
