// A run that asks for more memory than there is: told with its code and what needs less, not ended by a signal.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { runProgram } from "../../support/program.ts";
import { chatRow } from "../../support/rows.ts";
import { makeToyModel, toyRow, writeRows } from "../../support/toy-model.ts";

/** Whether the system promises memory that it has not: then the kernel ends the process instead. */
function promisesAll(): boolean {
  if (process.platform !== "linux") return true;
  return readFileSync("/proc/sys/vm/overcommit_memory", "utf8").trim() === "1";
}

test.skipIf(promisesAll())("a row of 180,000 tokens does not fit into memory", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"), { config: { max_position_embeddings: 1_000_000 } });
  // Four heads of 180,000 by 180,000 scores: 518 GB.
  const long = chatRow("Say it again.", "again ".repeat(180_000));
  writeRows(join(cwd, "rows.jsonl"), [long, ...Array.from({ length: 5 }, (_, at) => toyRow(at))]);
  const options = ["--max-length", "400000", "--batch-size", "1", "--iters", "6"];
  const ended = await runProgram(
    ["train", "start", "model", "rows.jsonl", "-o", "out", ...options],
    { cwd },
  );
  expect(ended.stderr).toMatch(
    /FT-NATIVE-MEMORY: It does not fit into memory: .* cannot allocate \d+ bytes/,
  );
  expect(ended.stderr).toMatch(/hint: --batch-size 1 and a smaller --max-length/);
  expect(ended.code).toBe(5);
});
