// `ft remote train` against a service that really learns: what is asked of it, what is left here, and how a run goes on.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isRunFolder, type RunEvent } from "../../../src/runs/index.ts";
import { closedGate } from "../../support/fake-provider.ts";
import type { FakeTinker } from "../../support/fake-tinker.ts";
import { makeFolder } from "../../support/folders.ts";
import { eventsOf, runProgram, startProgram } from "../../support/program.ts";
import { adapterFiles } from "../../support/remote-adapter.ts";
import { fakeTinker } from "../../support/tinker.ts";
import { writeRows } from "../../support/toy-model.ts";

const base = "builtin/tiny";
let files: Record<string, Uint8Array>;
beforeAll(async () => {
  files = await adapterFiles();
});

interface Place {
  fake: FakeTinker;
  cwd: string;
  env: Record<string, string>;
}

async function place(rows = 10, more: object = {}): Promise<Place> {
  const fake = await fakeTinker({
    models: ["openai/gpt-oss-20b", base],
    vocabulary: 4687,
    files,
    ...more,
  });
  const cwd = makeFolder();
  writeRows(join(cwd, "rows.jsonl"), rows);
  return { fake, cwd, env: { ...fake.environment(), FT_HOME: join(cwd, "home") } };
}

const usual = [
  "remote",
  "train",
  "--data",
  "rows.jsonl",
  "--base-model",
  base,
  "--output",
  "run",
  "--json",
];

async function train({ cwd, env }: Place, ...args: string[]): Promise<RunEvent[]> {
  const ended = await runProgram([...usual, ...args], { cwd, env });
  expect(ended.code, ended.stderr + ended.stdout).toBe(0);
  return eventsOf(ended.stdout);
}

const of = <T extends RunEvent["type"]>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

test("one gradient and one step a batch, as many as rows have batches; losses fall", async () => {
  const at = await place(10);
  const events = await train(at, "--batch", "4", "--learning-rate", "0.5", "--epochs", "2");
  const { done, model, rank } = at.fake.lastRun;
  expect(done.filter(({ kind }) => kind === "forward_backward")).toHaveLength(6);
  expect(done.filter(({ kind }) => kind === "optim_step")).toHaveLength(6);
  expect(model.steps).toBe(6);
  expect(rank).toBe(16);
  expect(of(events, "run-started")[0]).toMatchObject({
    // four blocks of 192 with 512 between them, and a head of 4687 tokens, at rank 16
    trainableParameters: 16 * (4 * (4 * (192 + 192) + 3 * (192 + 512)) + 192 + 4687),
  });
  const losses = of(events, "step-reported").map(({ trainLoss }) => trainLoss ?? 0);
  expect(losses).toHaveLength(6);
  expect(losses[0]).toBeCloseTo(Math.log(4687), 3);
  expect(losses.at(-1)).toBeLessThan(6);
  const sizes = (at.fake.bodies("forward_backward") as { data?: unknown[] }[]).map(
    ({ data = [] }) => data.length,
  );
  expect(sizes).toEqual([4, 4, 2, 4, 4, 2]);
});

test("base model, rank, learning rate, schedule, parts and a limit of steps are what the service is sent", async () => {
  const at = await place(10);
  const args = [
    "--batch",
    "2",
    "--rank",
    "32",
    "--learning-rate",
    "3e-4",
    "--max-steps",
    "3",
    "--seed",
    "7",
  ];
  await train(
    at,
    ...args,
    "--schedule",
    "linear",
    "--no-train-unembed",
    "--weight-decay",
    "0.01",
    "--no-download",
  );
  const [made] = at.fake.bodies("create_model");
  expect(made).toMatchObject({
    base_model: base,
    lora_config: { rank: 32, seed: 7, train_unembed: false, train_mlp: true, train_attn: true },
    optimizer_config: { type: "adamw" },
  });
  const steps = at.fake.bodies("optim_step") as unknown as {
    adam_params: Record<string, number>;
  }[];
  const fixed = { beta1: 0.9, beta2: 0.95, eps: 1e-12, weight_decay: 0.01, grad_clip_norm: 0 };
  expect(steps.map(({ adam_params }) => adam_params)).toEqual(
    [3e-4, 2e-4, 1e-4].map((rate) => ({
      ...fixed,
      learning_rate: expect.closeTo(rate, 10) as number,
    })),
  );
  expect(at.fake.bodies("save_weights_external")).toHaveLength(0);
});

test("auto is the first model with Qwen and 8B in its name; another name is refused with what there is", async () => {
  const models = ["Qwen/Qwen3-4B", "Qwen/Qwen3-8B", "Qwen/Qwen3-8B-Base"];
  const { cwd, env, fake } = await place(4, { models, tokenizer: base });
  const args = ["remote", "train", "--data", "rows.jsonl", "--output", "a", "--no-download"];
  const ended = await runProgram(args, { cwd, env });
  expect(ended.code, ended.stderr).toBe(0);
  expect(fake.bodies("create_model")[0]).toMatchObject({ base_model: "Qwen/Qwen3-8B" });
  const other = await runProgram([...args, "--base-model", "a/b", "--output", "b"], { cwd, env });
  expect(other.code).toBe(2);
  expect(other.stderr).toContain("FT-REMOTE-015");
  expect(other.stderr).toContain("Qwen/Qwen3-4B");
  const odd = await runProgram([...args, "--rank", "12", "--output", "b"], { cwd, env });
  expect(odd.stderr).toContain("FT-REMOTE-023");
  expect(odd.stderr).toContain("--rank 16");
});

test("the folder has settings, log, pointers to the state and the adapter; ft runs lists it", async () => {
  const at = await place(10);
  const events = await train(at, "--batch", "2", "--save-every", "2", "--learning-rate", "0.05");
  const run = join(at.cwd, "run");
  expect(isRunFolder(run)).toBe(true);
  const saved = of(events, "checkpoint-saved");
  expect(
    saved.map(({ step, remote }) => [
      step,
      remote?.stateUri.split("/").slice(3),
      remote?.samplerUri.split("/")[3],
    ]),
  ).toEqual([
    [2, ["weights", "step_0002"], "sampler_weights"],
    [4, ["weights", "step_0004"], "sampler_weights"],
    [5, ["weights", "step_0005"], "sampler_weights"],
  ]);
  const record = JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as Record<
    string,
    unknown
  >;
  expect(record).toMatchObject({
    config: { model: { name: base }, optimization: { batch_size: 2 }, lora: { r: 16 } },
    origins: { "optimization.batch_size": "flag:--batch" },
    remote: { service: "tinker", baseUrl: at.fake.url, wire: "protobuf" },
  });
  expect(JSON.stringify(record)).not.toContain("tml-");
  const rows = readFileSync(join(run, "checkpoints.jsonl"), "utf8").trim().split("\n");
  expect(JSON.parse(rows.at(-1) ?? "")).toEqual({
    ...{ name: "step_0005", batch: 5, epoch: 1, final: true },
    ...{ state_path: saved[2]?.remote?.stateUri, sampler_path: saved[2]?.remote?.samplerUri },
  });
  expect(readFileSync(join(run, "events.jsonl"), "utf8").trim().split("\n")).toHaveLength(
    events.length,
  );
  for (const name of [
    "adapter_config.json",
    "adapter_model.safetensors",
    "ft-manifest.json",
    "remote.json",
  ])
    expect(existsSync(join(run, "final_model", name)), name).toBe(true);
  expect(at.fake.checkpoints.size, "what was made to be fetched is taken away again").toBe(6);
  const { stdout } = await runProgram(["runs", "list", "--json"], { cwd: at.cwd, env: at.env });
  expect(JSON.parse(stdout)).toMatchObject({
    runs: [{ status: "completed", model: base, step: 5, totalSteps: 5 }],
  });
  const shown = await runProgram(["runs", "plot", "run"], { cwd: at.cwd, env: at.env });
  expect(shown.code, shown.stderr).toBe(0);
});

test("the adapter that was fetched works here", async () => {
  const at = await place(4);
  await train(at, "--batch", "4");
  const args = ["generate", "run", "What is 1 plus one?", "--max-tokens", "4"];
  const answered = await runProgram(args, { cwd: at.cwd, env: at.env });
  expect(answered.code, answered.stderr).toBe(0);
});

const figures = (events: readonly RunEvent[]) =>
  of(events, "step-reported").map(({ step, trainLoss }) => [step, trainLoss?.toFixed(9)]);

test("stopped by Ctrl-C it saves; gone on with in its folder it ends where a whole run ends", async () => {
  const whole = await place(12);
  const args = ["--batch", "2", "--learning-rate", "0.05", "--epochs", "2", "--save-every", "4"];
  const wholeEvents = await train(whole, ...args);
  const at = await place(12);
  const stopping = closedGate();
  at.fake.trouble = ({ path, before }) =>
    path.endsWith("optim_step") && before >= 8 ? { after: stopping.opened } : undefined;
  const started = startProgram([...usual, ...args], { cwd: at.cwd, env: at.env });
  await started.event((event) => event.type === "step-reported" && event.step === 5);
  started.process.kill("SIGINT");
  stopping.open();
  const stopped = await started.ended;
  expect(stopped.code, stopped.stderr).toBe(130);
  const before = eventsOf(stopped.stdout);
  const last = before.at(-1);
  expect(last).toMatchObject({ type: "run-stopped" });
  const step = last?.type === "run-stopped" ? last.step : 0;
  expect(step).toBeGreaterThan(4);

  at.fake.trouble = () => undefined;
  const again = await runProgram(["remote", "train", "--resume", "run", "--json"], {
    cwd: at.cwd,
    env: at.env,
  });
  expect(again.code, again.stderr).toBe(0);
  const after = eventsOf(again.stdout);
  expect(after[0]).toMatchObject({ type: "run-started", resumedFromStep: step });
  const loaded = at.fake.bodies("load_weights") as unknown as {
    path: string;
    optimizer: boolean;
  }[];
  expect(loaded[0]).toMatchObject({
    optimizer: true,
    path: expect.stringContaining(`/weights/step_000${step}`) as string,
  });
  expect([...figures(before), ...figures(after)]).toEqual(figures(wholeEvents));
  expect(at.fake.lastRun.model.numbers()).toEqual(whole.fake.lastRun.model.numbers());
  expect(at.fake.lastRun.model.steps).toBe(12);
});

test("killed with -9 it goes on from its last checkpoint, to the weights of a whole run", async () => {
  const args = ["--batch", "2", "--learning-rate", "0.05", "--save-every", "2", "--no-download"];
  const whole = await place(12);
  await train(whole, ...args);
  const at = await place(12);
  // the sixth, after which the next checkpoint comes, is never done
  at.fake.trouble = ({ path, before }) =>
    path.endsWith("optim_step") && before >= 5 ? { after: closedGate().opened } : undefined;
  const started = startProgram([...usual, ...args], { cwd: at.cwd, env: at.env });
  await started.event((event) => event.type === "step-reported" && event.step === 5);
  started.process.kill("SIGKILL");
  await started.ended;
  at.fake.trouble = () => undefined;
  const again = await runProgram(["remote", "train", "--resume", "run", "--json"], {
    ...{ cwd: at.cwd, env: at.env },
  });
  expect(again.code, again.stderr).toBe(0);
  expect(eventsOf(again.stdout)[0]).toMatchObject({ resumedFromStep: 4 });
  expect(at.fake.lastRun.model.numbers()).toEqual(whole.fake.lastRun.model.numbers());
});

test("from the address of a state the counter and the rows go on in a new folder", async () => {
  const at = await place(12);
  const args = ["--batch", "2", "--learning-rate", "0.05", "--no-download"];
  const first = await train(at, ...args, "--max-steps", "4");
  const uri = of(first, "checkpoint-saved").at(-1)?.remote?.stateUri ?? "";
  const ended = await runProgram(
    [
      "remote",
      "train",
      "--data",
      "rows.jsonl",
      "--resume",
      uri,
      "--max-steps",
      "6",
      "--output",
      "more",
      "--json",
      ...args,
    ],
    { cwd: at.cwd, env: at.env },
  );
  expect(ended.code, ended.stderr).toBe(0);
  const events = eventsOf(ended.stdout);
  expect(events[0]).toMatchObject({ type: "run-started", resumedFromStep: 4, totalSteps: 6 });
  expect(figures(events).map(([step]) => step)).toEqual([5, 6]);
  const whole = await place(12);
  const all = await train(whole, ...args, "--max-steps", "6");
  expect([...figures(first), ...figures(events)]).toEqual(figures(all));
  const done = await runProgram(
    [
      "remote",
      "train",
      "--data",
      "rows.jsonl",
      "--resume",
      uri,
      "--max-steps",
      "4",
      "--output",
      "none",
    ],
    { cwd: at.cwd, env: at.env },
  );
  expect(done.code).toBe(2);
  expect(done.stderr).toContain("FT-REMOTE-024");
});

test("answers lost at random: steps done equal steps asked for, and the log is that of a quiet run", async () => {
  const quiet = await place(12);
  const args = ["--batch", "2", "--learning-rate", "0.05", "--save-every", "2"];
  const expected = figures(await train(quiet, ...args));
  const at = await place(12);
  let seed = 12_345;
  const draw = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  at.fake.trouble = ({ path }) => {
    const drawn = draw();
    if (path.endsWith("client/config") || path.startsWith("/files")) return undefined;
    if (drawn < 0.08) return { drop: "after" };
    if (drawn < 0.12) return { drop: "before" };
    return drawn < 0.16 ? { status: 503, headers: { "retry-after-ms": "20" } } : undefined;
  };
  expect(figures(await train(at, ...args))).toEqual(expected);
  expect(at.fake.lastRun.model.steps).toBe(6);
  expect(at.fake.lastRun.done).toEqual(quiet.fake.lastRun.done);
});

test("a service that ends the run leaves it as one to go on with", async () => {
  const at = await place(12);
  at.fake.trouble = ({ path, before }) =>
    path.endsWith("optim_step") && before >= 4
      ? { status: 400, json: { detail: "model was evicted" } }
      : undefined;
  const ended = await runProgram([...usual, "--batch", "2", "--save-every", "2"], {
    cwd: at.cwd,
    env: at.env,
  });
  expect(ended.code).toBe(6);
  expect(eventsOf(ended.stdout).at(-1)).toMatchObject({
    ...{
      type: "run-failed",
      code: "FT-REMOTE-011",
      message: expect.stringContaining("evicted") as string,
    },
  });
  at.fake.trouble = () => undefined;
  const again = await runProgram(["remote", "train", "--resume", "run", "--json"], {
    cwd: at.cwd,
    env: at.env,
  });
  expect(again.code, again.stderr).toBe(0);
  expect(eventsOf(again.stdout)[0]).toMatchObject({ resumedFromStep: 4 });
  expect(at.fake.lastRun.model.steps).toBe(6);
});

test("rows to evaluate on give curves; a service of before is spoken to in JSON", async () => {
  const at = await place(8);
  writeRows(join(at.cwd, "valid.jsonl"), 3);
  const events = await train(
    at,
    "--batch",
    "2",
    "--validation",
    "valid.jsonl",
    "--eval-every",
    "2",
    "--wire",
    "json",
  );
  expect(of(events, "evaluation-finished").map(({ step }) => step)).toEqual([0, 2, 4]);
  expect(at.fake.lastRun.done.filter(({ kind }) => kind === "forward")).toHaveLength(6);
  const types = at.fake.asked
    .filter(({ path }) => path.endsWith("/forward"))
    .map(({ headers }) => headers["content-type"]);
  expect(new Set(types)).toEqual(new Set(["application/json"]));
});

test("runs of this machine and of the service are not taken for each other", async () => {
  const at = await place(4);
  await train(at, "--no-download");
  const local = await runProgram(["train", "resume", "run"], { cwd: at.cwd, env: at.env });
  expect(local.code).toBe(2);
  expect(local.stderr).toContain("ft remote train --resume");
  const more = await runProgram(["remote", "train", "--resume", "run", "--batch", "3"], {
    cwd: at.cwd,
    env: at.env,
  });
  expect(more.code).toBe(2);
  expect(more.stderr).toContain("--batch");
  const none = await runProgram(["remote", "train"], { cwd: at.cwd, env: at.env });
  expect(none.stderr).toContain("FT-REMOTE-026");
});

test("what may not become half a row is refused before anything is asked of a model", async () => {
  const at = await place(2);
  writeFileSync(join(at.cwd, "bad.jsonl"), '{"messages": 3}\n');
  const ended = await runProgram(["remote", "train", "--data", "bad.jsonl", "--base-model", base], {
    cwd: at.cwd,
    env: at.env,
  });
  expect(ended.code).toBe(4);
  expect(ended.stderr).toContain("bad.jsonl");
  expect(at.fake.bodies("forward_backward")).toHaveLength(0);
});
