// Runs on hosts whose `ft` here has gone: looked at, stopped, and what they had saved found again, also of a job whose
// machine was lost.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { hubJobsPlace } from "../../support/hub-jobs-place.ts";
import { eventsOf, runProgram, startProgram, until } from "../../support/program.ts";

/** Programs load several times in each of these, also where every core is busy. */
vi.setConfig({ testTimeout: 300_000 });

type Place = Awaited<ReturnType<typeof hubJobsPlace>>;

const train = (host: string, ...more: string[]): string[] => [
  ...["train", "start", "builtin/tiny", "rows.jsonl", "--template", "chatml", "--on", host],
  ...["--iters", "100000", "--output", "night", "--json", "--report-every", "1", ...more],
];

/** Started, and left alone once it has come as far as `step`. */
async function left(at: Place, step: number, args: string[]): Promise<void> {
  const started = startProgram(args, at);
  await started.event((event) => event.type === "step-reported" && event.step >= step);
  started.process.kill("SIGKILL");
  await started.ended;
}

interface Status {
  id: string;
  state: string;
  step: number | null;
  isHere: boolean;
  page: string | null;
  spent: number | null;
}

async function statusOf(at: Place, ...names: string[]): Promise<Status[]> {
  const { code, stdout, stderr } = await runProgram(["remote", "status", ...names, "--json"], at);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { runs: Status[] }).runs;
}

const checkpointsIn = (at: Place): string[] =>
  readdirSync(join(at.cwd, "night/checkpoints")).filter((name) => name.startsWith("step-"));

test("a job of the hub: seen to run, stopped with a checkpoint that comes here, seen to be over", async () => {
  const at = await hubJobsPlace();
  await left(at, 3, train("cloud"));
  const [running] = await statusOf(at);
  expect(running).toMatchObject({ state: "running", isHere: false });
  expect(running?.page).toContain(`/jobs/me/${at.hub.jobs.jobs[0]?.id}`);
  expect(running?.spent).toBeGreaterThanOrEqual(0);
  const stopped = await runProgram(["runs", "stop", "night", "--json"], at);
  expect(stopped.code, stopped.stderr).toBe(0);
  const { status, step, resume } = JSON.parse(stopped.stdout) as Record<string, unknown>;
  expect(status).toBe("stopped");
  expect(step).toBeGreaterThanOrEqual(3);
  expect(resume).toContain("ft train resume");
  expect(checkpointsIn(at)).toContain(`step-${String(step)}`);
  expect(await statusOf(at)).toEqual([]);
  expect(await statusOf(at, "night")).toMatchObject([{ state: "over", isHere: true, step }]);
  const again = await runProgram(["runs", "stop", "night"], at);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("FT-RUN-016") as string]);
});

test("a job that waits for a machine: seen to wait, ended at once by its id", async () => {
  const at = await hubJobsPlace();
  at.hub.jobs.isFull = true;
  const started = startProgram(train("cloud"), at);
  await until(() => at.hub.jobs.jobs.length === 1);
  const kept = join(at.env.FT_HOME, "remote-runs");
  const isKept = (): boolean => readdirSync(kept).some((name) => name.endsWith(".json"));
  await until(() => existsSync(kept) && isKept());
  started.process.kill("SIGKILL");
  await started.ended;
  const [waiting] = await statusOf(at);
  expect(waiting).toMatchObject({ state: "waiting", step: null });
  const stopped = await runProgram(["runs", "stop", waiting?.id ?? "", "--json"], at);
  expect(stopped.code, stopped.stderr).toBe(0);
  expect(JSON.parse(stopped.stdout)).toMatchObject({ status: "stopped", step: 0, resume: null });
  expect(at.hub.jobs.jobs[0]?.stage).toBe("CANCELED");
});

test("a job whose machine is lost: the checkpoint that it had sent is here, and the run goes on", async () => {
  const at = await hubJobsPlace();
  // with --json nothing is told beside events
  const args = train("cloud", "--save-steps", "5").filter((arg) => arg !== "--json");
  const started = startProgram(args, at);
  const saved = (): string[] =>
    at.hub.uploads.commits
      .flatMap(({ paths }) => paths)
      .filter((path) => path.includes("/saved/step-") && path.endsWith("manifest.json"));
  await until(() => saved().length > 0);
  at.hub.jobs.jobs[0]?.process?.kill("SIGKILL");
  const ended = await started.ended;
  expect(ended.code, ended.stderr).not.toBe(0);
  expect(ended.stderr).toContain("FT-HOST-012");
  expect(ended.stderr).toMatch(/its checkpoint of step \d+ is here: ft train resume \S+night/);
  const [name = ""] = checkpointsIn(at).slice(-1);
  const step = Number(name.replace("step-", ""));
  expect(step % 5).toBe(0);
  const more = ["--iters", String(step + 2), "--json"];
  const resumed = await runProgram(["train", "resume", "night", ...more], at);
  expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
  const events = eventsOf(resumed.stdout);
  expect(events[0]).toMatchObject({ type: "run-started", resumedFromStep: step });
  expect(events.at(-1)).toMatchObject({ type: "run-completed", totalSteps: step + 2 });
});

test("a process that outlives who started it: seen, stopped, and its host asked no more than that", async () => {
  const at = await hubJobsPlace();
  await left(at, 3, train("local"));
  expect(await statusOf(at, "night")).toMatchObject([{ state: "running", isHere: false }]);
  const stopped = await runProgram(["runs", "stop", "night"], at);
  expect(stopped.code, stopped.stderr).toBe(0);
  expect(stopped.stdout).toMatch(
    /stopped after step \d+; saved to \S+night\/checkpoints\/step-\d+/,
  );
  expect(stopped.stderr).toContain("stopping the run on local");
  expect(await statusOf(at, "night")).toMatchObject([{ state: "over", isHere: true }]);
});
