// A run at Tinker as everything else sees it: `ft runs`, the studio's API, and a tokenizer that comes from the hub.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FakeHub } from "../../support/fake-hub.ts";
import type { FakeTinker } from "../../support/fake-tinker.ts";
import { makeFolder } from "../../support/folders.ts";
import { runProgram } from "../../support/program.ts";
import { studioProgram } from "../../support/studio-program.ts";
import { fakeTinker } from "../../support/tinker.ts";
import { writeRows } from "../../support/toy-model.ts";

const base = "builtin/tiny";

async function trained(fake: FakeTinker, cwd: string, env: Record<string, string>): Promise<void> {
  writeRows(join(cwd, "rows.jsonl"), 8);
  writeRows(join(cwd, "valid.jsonl"), 2);
  const rows = ["--data", "rows.jsonl", "--validation", "valid.jsonl", "--eval-every", "2"];
  const args = ["--base-model", base, "--output", "run", "--batch", "2", "--save-every", "2"];
  const rate = ["--learning-rate", "0.5", "--max-steps", "6", "--no-download"];
  fake.trouble = ({ path, before }) =>
    path.endsWith("optim_step") && before >= 5
      ? { status: 400, json: { detail: "evicted" } }
      : undefined;
  const ended = await runProgram(["remote", "train", ...rows, ...args, ...rate], { cwd, env });
  expect(ended.code, ended.stderr).toBe(6);
}

test("ft runs lists, shows and compares it; the studio tells its curves, its addresses, and where it goes on", async () => {
  const fake = await fakeTinker({ models: [base], vocabulary: 4687 });
  const cwd = makeFolder();
  const env = { ...fake.environment(), FT_HOME: join(cwd, "home") };
  await trained(fake, cwd, env);
  const shown = await runProgram(["runs", "show", "run"], { cwd, env });
  expect(shown.code, shown.stderr).toBe(0);
  expect(shown.stdout).toContain(`tinker://${fake.lastRun.id}/weights/step_0004`);
  expect(shown.stdout).toContain(fake.url);

  const { program, client } = await studioProgram(env);
  const { body: listed } = await client.call("getV1Runs");
  expect(listed.runs).toMatchObject([{ status: "failed", model: base, step: 5, total_steps: 6 }]);
  const params = { id: listed.runs[0].id as string };
  const { body: metrics } = await client.call("getV1RunsIdMetrics", { params });
  const series = metrics.series as { name: string; points: { step: number; value: number }[] }[];
  const of = (name: string): number[] =>
    series.find((one) => one.name === name)?.points.map(({ value }) => value) ?? [];
  expect(of("trainLoss")).toHaveLength(5);
  expect(of("trainLoss").at(-1)).toBeLessThan(of("trainLoss")[0] ?? 0);
  expect(of("validationLoss")).toHaveLength(3);
  const { body: details } = await client.call("getV1RunsId", { params });
  expect(details.checkpoints).toMatchObject([
    { step: 2, remote: { state_uri: expect.stringContaining("weights/step_0002") as string } },
    { step: 4, remote: { sampler_uri: `tinker://${fake.lastRun.id}/sampler_weights/step_0004` } },
  ]);
  expect(details.last_event).toMatchObject({
    type: "run-failed",
    hint: expect.any(String) as string,
  });
  const { body: control } = await client.call("getV1RunsIdControl", { params });
  expect(control).toMatchObject({ can_pause: false, can_resume: false });
  program.process.kill("SIGTERM");
  await program.ended;
});

test("the tokenizer that the service names comes through the hub, without any weights", async () => {
  const hub = new FakeHub();
  const endpoint = await hub.start();
  const folder = fileURLToPath(new URL("../../fixtures/text/tokenizers/qwen/", import.meta.url));
  const names = ["tokenizer.json", "tokenizer_config.json"];
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]));
  const template =
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";
  files["chat_template.jinja"] = Buffer.from(template);
  hub.repositories["org/tokens"] = { refs: { main: "a".repeat(40) }, files };
  const fake = await fakeTinker({ vocabulary: 4000, tokenizer: "org/tokens:variant" });
  const cwd = makeFolder();
  writeRows(join(cwd, "rows.jsonl"), 4);
  const env = {
    ...{ ...fake.environment(), FT_HOME: join(cwd, "home"), HF_HOME: join(cwd, "cache") },
    ...{ HF_ENDPOINT: endpoint, HF_HUB_OFFLINE: "0" },
  };
  const args = [
    "remote",
    "train",
    "--data",
    "rows.jsonl",
    "--no-download",
    "--output",
    "run",
    "--json",
  ];
  const ended = await runProgram(args, { cwd, env });
  await hub.stop();
  expect(ended.code, ended.stderr).toBe(0);
  expect(hub.asked.join("\n")).toContain("org/tokens");
  expect(hub.headers.every((headers) => headers["x-api-key"] === undefined)).toBe(true);
  const record = JSON.parse(readFileSync(join(cwd, "run", "config.json"), "utf8")) as {
    model: object;
  };
  expect(record.model).toMatchObject({ name: "Qwen/Qwen3-8B", tokenizer: "org/tokens" });
});
