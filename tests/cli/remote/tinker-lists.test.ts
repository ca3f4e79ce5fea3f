// `ft remote models|runs|checkpoints`: what the service has, and what is said where it cannot be asked.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { type Ended, runProgram } from "../../support/program.ts";
import {
  adam,
  countingDatum,
  fakeTinker,
  openSession,
  trainingClient,
  watched,
} from "../../support/tinker.ts";

const json = <T>({ stdout }: Ended): T => JSON.parse(stdout) as T;

test("models are those that the service offers, Qwen/Qwen3-8B among them", async () => {
  const fake = await fakeTinker({ models: ["Qwen/Qwen3-8B", "openai/gpt-oss-20b"] });
  const env = fake.environment();
  const ended = await runProgram(["remote", "models", "--json"], { env });
  expect(ended.code, ended.stderr).toBe(0);
  expect(json<{ models: unknown[] }>(ended).models).toContainEqual({
    ...{ name: "Qwen/Qwen3-8B", contextLength: 32_768, trains: true, samples: true },
  });
  const { stdout } = await runProgram(["remote", "models"], { env });
  expect(stdout).toMatch(/Qwen\/Qwen3-8B +32768 +yes/);
});

test("the key may stand in .env, under either name of the address", async () => {
  const fake = await fakeTinker();
  const cwd = makeFolder();
  writeFileSync(
    join(cwd, ".env"),
    `TINKER_API_KEY=tml-of-the-tests\nTINKER_API_BASE=${fake.url}\n`,
  );
  const env = { TINKER_BASE_URL: undefined, TINKER_API_KEY: undefined };
  const ended = await runProgram(["remote", "models"], { cwd, env });
  expect(ended.code, ended.stderr).toBe(0);
});

test("without a key: exit 1, the variable named, and where to get one", async () => {
  const ended = await runProgram(["remote", "models"], { env: { TINKER_API_KEY: undefined } });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("FT-REMOTE-001");
  expect(ended.stderr).toContain("TINKER_API_KEY");
  expect(ended.stderr).toContain("https://tinker-console.thinkingmachines.ai");
});

test("a key that is refused is not printed", async () => {
  const fake = await fakeTinker();
  const env = { ...fake.environment(), TINKER_API_KEY: "tml-another-0123456789" };
  const ended = await runProgram(["remote", "runs", "--verbose"], { env });
  expect(ended.code).toBe(6);
  expect(ended.stderr).toContain("FT-REMOTE-004");
  expect(ended.stderr + ended.stdout).not.toContain("tml-another");
});

test("runs and checkpoints are listed with the addresses to go on from", async () => {
  const fake = await fakeTinker();
  const client = await trainingClient(await openSession(watched(fake).options));
  await Promise.all([client.pass([countingDatum(1)]), client.step(adam)]);
  const state = await client.saveState("step_0001");
  const sampler = await client.saveForSampler("step_0001");
  const env = fake.environment();
  const runs = json<{ runs: object[] }>(
    await runProgram(["remote", "runs", "--json"], { env }),
  ).runs;
  expect(runs).toMatchObject([
    { runId: client.model.modelId, rank: 8, stateUri: state, samplerUri: sampler },
  ]);
  const args = ["remote", "checkpoints", client.model.modelId, "--json"];
  const { checkpoints } = json<{ checkpoints: { uri: string; kind: string }[] }>(
    await runProgram(args, { env }),
  );
  expect(checkpoints.map(({ uri, kind }) => [kind, uri])).toEqual([
    ["sampler", sampler],
    ["training", state],
  ]);
  const { stdout } = await runProgram(["remote", "checkpoints"], { env });
  expect(stdout).toContain(state);
});
