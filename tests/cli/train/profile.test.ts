// A profile of a run, and a parent that stays free while its trainer works.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { compiledProgram, runProgram, shortTraining } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

async function makeWork(): Promise<string> {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 20);
  return cwd;
}

const run = { model: "model", rows: "rows.jsonl", output: "out" };

test("--profile-run leaves what the processor did, and the seconds of each phase", async () => {
  const cwd = await makeWork();
  const ended = await runProgram([...shortTraining({ ...run, steps: 10 }), "--profile-run"], {
    cwd,
  });
  expect(ended).toMatchObject({ code: 0 });
  const read = (name: string): unknown => JSON.parse(readFileSync(join(cwd, "out", name), "utf8"));
  const profile = read("profile.cpuprofile") as {
    nodes: { callFrame: { functionName: string } }[];
  };
  const names = profile.nodes.map(({ callFrame }) => callFrame.functionName);
  expect(names).toContain("takeStep");
  const { wholeSeconds, phases } = read("profile-phases.json") as {
    wholeSeconds: number;
    phases: Record<string, number>;
  };
  expect(Object.keys(phases)).toEqual([
    "batches",
    "steps",
    "graph",
    "evaluation",
    "samples",
    "saving",
  ]);
  for (const phase of ["steps", "evaluation", "saving"]) expect(phases[phase]).toBeGreaterThan(0);
  expect(phases["graph"]).toBeLessThan(phases["steps"] ?? 0);
  expect(phases["steps"]).toBeLessThan(wholeSeconds);
});

/**
 * Trains through the library and prints the most processor milliseconds between two looks that a free event loop takes each
 * millisecond: what else a busy machine does is not counted.
 */
const script = (library: string): string => `
  import { trainRun } from ${JSON.stringify(library)};
  let [longest, before, timer] = [0, 0, undefined];
  const look = () => {
    const { user, system } = process.cpuUsage();
    const now = (user + system) / 1000;
    if (before > 0) longest = Math.max(longest, now - before);
    before = now;
  };
  const config = {
    model: { name: "model" },
    data: { train_file: "rows.jsonl", template: "chatml" },
    optimization: { iters: 150, report_every: 1, save_steps: 20, eval_steps: 20, warmup_steps: 0 },
    output_dir: process.argv[1],
  };
  let events = 0;
  await trainRun(config, {
    onEvent: ({ type }) => {
      events += 1;
      if (type === "run-started") timer = setInterval(look, 1);
      if (type === "run-completed") clearInterval(timer);
    },
  });
  console.log(JSON.stringify({ events, longest }));`;

test("the parent does nothing that takes 50 ms while a child trains", async () => {
  const cwd = await makeWork();
  const library = pathToFileURL(join(compiledProgram(), "..", "..", "index.js")).href;
  const { execFile } = await import("node:child_process");
  const env = { ...process.env, FT_ADDON: join(process.cwd(), "build/Release/ft_native.node") };
  const measure = (output: string): Promise<{ events: number; longest: number }> =>
    new Promise((resolve, reject) => {
      const args = ["--input-type=module", "-e", script(library), output];
      execFile(process.execPath, args, { cwd, env }, (error, stdout) => {
        if (error === null) resolve(JSON.parse(stdout));
        else reject(error);
      });
    });
  // A collection of garbage, or code that is made anew, may come once: work of our own would be there each time.
  const longest: number[] = [];
  for (const output of ["first", "second", "third"]) {
    const { events, longest: most } = await measure(output);
    expect(events).toBeGreaterThan(150);
    longest.push(most);
    if (most < 50) break;
  }
  expect(Math.min(...longest)).toBeLessThan(50);
});
