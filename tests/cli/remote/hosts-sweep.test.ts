// A sweep over hosts, which are processes of this machine that outlive the one that starts them: runs are spread, one at a time
// on each; one that cannot be reached gives its run to another; what was begun is followed, what is done stays done.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { eventsOf, runProgram, startProgram, until } from "../../support/program.ts";
import { writeRows } from "../../support/toy-model.ts";

function place(steps: number, ranks: number[], save_steps = 1000) {
  const [cwd, home] = [makeFolder(), makeFolder()];
  writeRows(join(cwd, "rows.jsonl"), 10);
  const local = { kind: "local", environment: { FT_THREADS: "1", MLX_DISABLE_COMPILE: "1" } };
  // nobody listens there
  const gone = { kind: "ssh", address: "127.0.0.1", port: 1 };
  writeFileSync(join(home, "hosts.yaml"), JSON.stringify({ one: local, two: local, gone }));
  const sweep = {
    base: {
      model: { name: "builtin/tiny" },
      data: { train_file: "rows.jsonl", template: "chatml" },
      optimization: { iters: steps, report_every: 1, save_steps },
    },
    grid: { "lora.r": ranks },
    output_dir: "./sweep",
  };
  writeFileSync(join(cwd, "sweep.json"), JSON.stringify(sweep));
  return { cwd, env: { FT_HOME: home } };
}

interface Told {
  results: { status: string; steps: number; host: string | null; folder: string }[];
}

const sweepOn = (hosts: string, ...more: string[]): string[] => [
  ...["train", "sweep", "sweep.json", "--on", hosts, ...more],
];

/** When a run began and ended, by its own events. */
function spanOf(folder: string): [number, number] {
  const events = eventsOf(readFileSync(join(folder, "events.jsonl"), "utf8"));
  return [Date.parse(events[0]?.time ?? ""), Date.parse(events.at(-1)?.time ?? "")];
}

test("runs are spread over hosts, one at a time on each; one that cannot be reached gives its run to another", async () => {
  const at = place(3, [1, 2, 3]);
  const ended = await runProgram(sweepOn("gone,one,two", "--json"), at);
  expect(ended.code, ended.stderr).toBe(0);
  const { results } = JSON.parse(ended.stdout) as Told;
  expect(results.map(({ status, steps }) => [status, steps])).toEqual(
    Array.from({ length: 3 }, () => ["completed", 3]),
  );
  expect([...new Set(results.map(({ host }) => host))].toSorted()).toEqual(["one", "two"]);
  for (const host of ["one", "two"]) {
    const spans = results.filter((each) => each.host === host).map(({ folder }) => spanOf(folder));
    const inOrder = spans.toSorted(([a], [b]) => a - b);
    for (const [number, [begin]] of inOrder.entries())
      expect(begin).toBeGreaterThanOrEqual(inOrder[number - 1]?.[1] ?? 0);
  }
  const again = await runProgram(sweepOn("one,two"), at);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr.match(/done before/g)).toHaveLength(3);
  expect(again.stdout).toMatch(/HOST[\s\S]*\bone\b/);
  const lost = await runProgram(sweepOn("gone", "--output", "other"), at);
  expect(lost.code).toBe(1);
  expect(lost.stderr).toMatch(/gone gives its run to another and gets no more: FT-HOST-004/);
});

test("who started it may be gone: what runs is followed, what waited is trained", async () => {
  const at = place(8, [1, 2, 3]);
  const started = startProgram(sweepOn("one,two"), at);
  const begun = (): number => {
    const folder = join(at.cwd, "sweep");
    if (!existsSync(folder)) return 0;
    return readdirSync(folder).filter((name) => existsSync(join(folder, name, "events.jsonl")))
      .length;
  };
  await until(() => begun() >= 2);
  started.process.kill("SIGKILL");
  await started.ended;
  const ended = await runProgram(sweepOn("one,two", "--json"), at);
  expect(ended.code, ended.stderr).toBe(0);
  const { results } = JSON.parse(ended.stdout) as Told;
  expect(results.map(({ status, steps }) => [status, steps])).toEqual(
    Array.from({ length: 3 }, () => ["completed", 8]),
  );
  // each once, on whichever host had it
  const runs = ["one", "two"].flatMap((host) =>
    readdirSync(join(at.env.FT_HOME, "hosts", host, "runs")),
  );
  expect(runs).toHaveLength(3);
});

test("a run that was killed there goes on there from its checkpoint when the sweep is run again", async () => {
  // of so many steps that it is not over before it is killed
  const at = place(100, [1], 5);
  const started = startProgram(sweepOn("one"), at);
  const [runs, folder] = [join(at.env.FT_HOME, "hosts/one/runs"), join(at.cwd, "sweep")];
  const there = (): string => join(runs, readdirSync(runs)[0] ?? "");
  await until(() => existsSync(runs) && existsSync(join(there(), "run/checkpoints/latest")));
  process.kill(Number(readFileSync(join(there(), "pid"), "utf8")), "SIGKILL");
  const failed = await started.ended;
  expect(failed.code, failed.stderr).toBe(1);

  const ended = await runProgram(sweepOn("one"), at);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toMatch(/one: \S+ goes on from its last checkpoint/);
  expect(readdirSync(runs)).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.includes(".before-"))).toEqual([]);
  const [trial = ""] = readdirSync(folder).filter((name) =>
    existsSync(join(folder, name, "events.jsonl")),
  );
  const events = eventsOf(readFileSync(join(folder, trial, "events.jsonl"), "utf8"));
  expect(events.at(-1)).toMatchObject({ type: "run-completed", totalSteps: 100 });
  const starts = events.flatMap((event) =>
    event.type === "run-started" ? [event.resumedFromStep] : [],
  );
  expect(starts).toEqual([null, expect.any(Number)]);
  // its trainer may have saved once more when it found itself alone
  expect(starts[1]).toBeGreaterThanOrEqual(5);
}, 600_000);

test("hosts that there are not, and what has no meaning elsewhere, are refused before anything begins", async () => {
  const at = place(1, [1]);
  const unknown = await runProgram(sweepOn("one,tow"), at);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("FT-HOST-001")]);
  const queued = await runProgram(sweepOn("one", "--queue"), at);
  expect([queued.code, queued.stderr]).toEqual([2, expect.stringContaining("--queue")]);
  expect(existsSync(join(at.cwd, "sweep"))).toBe(false);
});
