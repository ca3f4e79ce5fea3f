// The process that started a trainer stays free while that trains: no synchronous work over 50 ms. Judged by the processor
// time between two turns of its event loop, which a busy machine does not change, and by what it waits for files and programs.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, inject, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { runProgram } from "../../support/program.ts";
import { rounds } from "../../support/soak.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

const watching = fileURLToPath(new URL("../../fixtures/train/watches-parent.mjs", import.meta.url));
const mostMilliseconds = 50;

let folder: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "parent");
  await makeToyModel(join(folder, "model"));
  writeRows(join(folder, "rows.jsonl"), rounds({ slice: 2000, soak: 20_000 }));
});

interface Watched {
  processor: number;
  turns: number;
  calls: { name: string; on: string; bytes: number }[];
}

async function watched(name: string, ...more: string[]): Promise<Watched> {
  const report = join(folder, `${name}.json`);
  const args = [
    ...["train", "start", join(folder, "model"), join(folder, "rows.jsonl")],
    ...["--output", join(folder, name), "--iters", "100", "--batch-size", "4"],
    ...["--template", "chatml", "--report-every", "1", "--eval-steps", "25", "--save-steps", "25"],
    ...["--report-to", "tensorboard", "--extension", watching, ...more],
  ];
  const env = { FT_TEST_WATCHED: report };
  expect(await runProgram(args, { env })).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(report, "utf8")) as Watched;
}

test("while it draws a run over many rows, with evaluations and reporters", async () => {
  const { processor, turns, calls } = await watched("screen");
  expect(turns).toBeGreaterThan(20);
  expect(processor).toBeLessThan(mostMilliseconds);
  // The system's count of processes that it ended for want of memory, and nothing that grows with a run.
  expect(calls.filter(({ name }) => name !== "readFileSync")).toEqual([]);
  expect(calls.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(64 * 1024);
});

test("a parent that computes or reads meanwhile is seen", async () => {
  const busy = `import { readFileSync } from "node:fs";
    if (process.send === undefined) {
      const write = process.stdout.write.bind(process.stdout);
      let isDone = false;
      process.stdout.write = (text, ...rest) => {
        if (!isDone && String(text).includes("step-reported")) {
          isDone = true;
          readFileSync(process.argv[5]);
          const until = process.cpuUsage().user + 120_000;
          while (process.cpuUsage().user < until);
        }
        return write(text, ...rest);
      };
    }`;
  const extension = join(makeFolder({ "busy.mjs": busy }), "busy.mjs");
  const { processor, calls } = await watched("busy", "--json", "--extension", extension);
  expect(processor).toBeGreaterThan(mostMilliseconds);
  expect(calls.map(({ on }) => on)).toContain(join(folder, "rows.jsonl"));
});
