// Runs as jobs of Hugging Face, against a hub on the loopback address that starts each job's command as a process of its own:
// what comes back, what goes where, what is said of money, and what happens where something breaks.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hubJobsPlace, jobsToken as token } from "../../support/hub-jobs-place.ts";
import { eventsOf, runProgram, startProgram, until } from "../../support/program.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const train = (model: string, steps: number, ...more: string[]): string[] => [
  ...["train", "start", model, "rows.jsonl", "--template", "chatml", "--iters", String(steps)],
  ...["--output", "night", "--on", "cloud", "--json", "--report-every", "1", ...more],
];

const stepsIn = (text: string): number[] =>
  eventsOf(text).flatMap((event) => (event.type === "step-reported" ? [event.step] : []));

test("a job leaves here what a run here leaves; its cost is told before and after, the token nowhere", async () => {
  const at = await hubJobsPlace();
  at.hub.jobs.staysOpen = true;
  const model = await makeToyModel(join(at.cwd, "toy"));
  const args = train(model, 4).filter((arg) => arg !== "--json");
  const ended = await runProgram(args, at);
  expect(ended.code, ended.stderr).toBe(0);
  const output = join(at.cwd, "night");
  const kept = readFileSync(join(output, "events.jsonl"), "utf8");
  expect(eventsOf(kept).at(-1)).toMatchObject({ type: "run-completed", totalSteps: 4 });
  expect(stepsIn(kept)).toEqual([1, 2, 3, 4]);
  const checked = await runProgram(["verify", "night/final_model"], at);
  expect(checked.code, checked.stderr).toBe(0);
  for (const name of ["config.json", "final_model/adapter_config.json"])
    expect(readFileSync(join(output, name), "utf8"), name).not.toContain("/runs/");
  // t4-small: $0.006667 a minute
  expect(ended.stderr).toContain("cloud costs $0.40 an hour, at most $0.20 for this run");
  expect(ended.stderr).toMatch(/its page is http:\S+\/jobs\/me\/[0-9a-f]{24}/);
  expect(ended.stderr).toMatch(/cloud cost \$0\.\d+, by the time that it ran/);
  const [request = ""] = at.hub.jobs.requests;
  const { secrets, ...open } = JSON.parse(request) as Record<string, unknown>;
  expect(secrets).toEqual({ HF_TOKEN: token });
  expect(open).toMatchObject({
    ...{ flavor: "t4-small", timeoutSeconds: 1800, dockerImage: "ghcr.io/me/ft:1", arguments: [] },
  });
  const repository = at.hub.repositories["datasets/me/ft-jobs"];
  expect(repository?.private).toBe(true);
  const written = Object.values(repository?.files ?? {}).map((content) => content.toString());
  const texts = [JSON.stringify(open), ...at.hub.jobs.jobs[0]!.lines, ended.stdout, ended.stderr];
  for (const text of [...texts, ...written]) expect(text).not.toContain(token);
});

test("what lies there is not sent again; a log that breaks and loses lines brings every event once", async () => {
  const at = await hubJobsPlace();
  at.hub.jobs.breaksAfter = [6, 9];
  at.hub.jobs.loses = (line) => line.startsWith("ft-event 5 ");
  const first = await runProgram(train("builtin/tiny", 8), at);
  expect(first.code, first.stderr).toBe(0);
  expect(stepsIn(first.stdout)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(readFileSync(join(at.cwd, "night/events.jsonl"), "utf8")).toBe(first.stdout);
  const rows = (): number =>
    at.hub.uploads.commits.flatMap(({ paths }) => paths).filter((path) => path.startsWith("files/"))
      .length;
  const before = rows();
  expect(before).toBe(1);
  const again = await runProgram(train("builtin/tiny", 1, "--output", "again"), at);
  expect(again.code, again.stderr).toBe(0);
  expect(rows()).toBe(before);
});

test("an answer that is lost starts no second job", async () => {
  const at = await hubJobsPlace();
  at.hub.jobs.losesAnswer = true;
  const ended = await runProgram(train("builtin/tiny", 1), at);
  expect(ended.code, ended.stderr).toBe(0);
  expect(at.hub.jobs.jobs).toHaveLength(1);
});

test("Ctrl-C stops the job, saved; one that waits for a machine is ended at once", async () => {
  const at = await hubJobsPlace();
  const started = startProgram(train("builtin/tiny", 100_000), at);
  await started.event((event) => event.type === "step-reported" && event.step >= 3);
  started.process.kill("SIGINT");
  const ended = await started.ended;
  expect(ended.code, ended.stderr).toBe(130);
  expect(eventsOf(ended.stdout).at(-1)?.type).toBe("run-stopped");
  expect(readdirSync(join(at.cwd, "night/checkpoints")).join()).toContain("step-");
  at.hub.jobs.isFull = true;
  const waiting = startProgram(train("builtin/tiny", 2, "--output", "other"), at);
  await until(() => at.hub.jobs.jobs.length === 2);
  waiting.process.kill("SIGINT");
  const gone = await waiting.ended;
  expect(gone.code, gone.stderr).toBe(130);
  expect(at.hub.jobs.jobs[1]?.stage).toBe("CANCELED");
});

test("who started it may be gone: the job ends, and its result is found again", async () => {
  const at = await hubJobsPlace();
  const started = startProgram(train("builtin/tiny", 20), at);
  await started.event((event) => event.type === "step-reported");
  started.process.kill("SIGKILL");
  await started.ended;
  await until(() => at.hub.jobs.jobs[0]?.stage === "COMPLETED");
  const ended = await runProgram(["remote", "follow", "night", "--json"], at);
  expect(ended.code, ended.stderr).toBe(0);
  const kept = readFileSync(join(at.cwd, "night/events.jsonl"), "utf8");
  expect(stepsIn(kept)).toEqual(Array.from({ length: 20 }, (_, step) => step + 1));
  expect(existsSync(join(at.cwd, "night/final_model/adapters.safetensors"))).toBe(true);
});

test("before its time is over the run saves itself, and the result comes", async () => {
  // of which a fifth is for sending
  const at = await hubJobsPlace({ timeout: "40s" });
  const ended = await runProgram(train("builtin/tiny", 100_000), at);
  expect(eventsOf(ended.stdout).at(-1)?.type, ended.stderr).toBe("run-stopped");
  expect(existsSync(join(at.cwd, "night/checkpoints"))).toBe(true);
});

test("no token, no money, no such machine, a repository that all can read: each is told before anything is sent", async () => {
  const at = await hubJobsPlace();
  const none = await runProgram(train("builtin/tiny", 1), {
    ...at,
    env: { ...at.env, HF_TOKEN: "" },
  });
  expect(none.stderr).toContain("FT-HOST-021");
  at.hub.jobs.refusal = 402;
  const poor = await runProgram(train("builtin/tiny", 1), at);
  expect(poor.code).toBe(6);
  expect(poor.stderr).toMatch(/FT-HOST-024: the hub refuses cloud \(402\): Pre-paid credit/);
  at.hub.repositories["datasets/me/ft-jobs"]!.private = false;
  const open = await runProgram(train("builtin/tiny", 1), at);
  expect(open.stderr).toContain("FT-HOST-023");
  const wrong = await hubJobsPlace({ flavor: "t4-smal" });
  const unknown = await runProgram(["remote", "check", "cloud"], wrong);
  expect(unknown.stderr).toMatch(/FT-HOST-022.*did you mean t4-small/);
  expect(Object.keys(wrong.hub.repositories)).toEqual([]);
});

test("a job that cannot begin is told with the last of its log, in which no token stands", async () => {
  const at = await hubJobsPlace({ setup: `echo "$HF_TOKEN"; echo no such package >&2; exit 3` });
  const ended = await runProgram(train("builtin/tiny", 1), at);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/FT-HOST-012.*no such package/);
  expect(ended.stderr).not.toContain(token);
  const checked = await runProgram(["remote", "check", "cloud", "--json"], at);
  expect(JSON.parse(checked.stdout)).toMatchObject({
    ...{ version: null, device: "Nvidia T4 - small (T4)" },
    cost: { hourly: expect.closeTo(0.40002), most: expect.closeTo(0.20001) },
  });
});
