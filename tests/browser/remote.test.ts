// A run at a service in the studio's pages: its curves, its checkpoints with their addresses, and how it failed.
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunSummary } from "../../src/runs/index.ts";
import { openPage, openStudio } from "../support/browser.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { fakeTinker } from "../support/tinker.ts";
import { writeRows } from "../support/toy-model.ts";

test("a run at Tinker has curves and addresses on its page", async () => {
  const fake = await fakeTinker({ models: ["builtin/tiny"], vocabulary: 4687 });
  const cwd = makeFolder();
  writeRows(join(cwd, "rows.jsonl"), 8);
  const env = { ...fake.environment(), FT_HOME: join(cwd, "home") };
  const args = [
    "--data",
    "rows.jsonl",
    "--base-model",
    "builtin/tiny",
    "--output",
    "run",
    "--batch",
    "2",
  ];
  const ended = await runProgram(
    ["remote", "train", ...args, "--save-every", "2", "--no-download"],
    { cwd, env },
  );
  expect(ended.code, ended.stderr).toBe(0);
  const listed = await runProgram(["runs", "list", "--json"], { cwd, env });
  const { runs } = JSON.parse(listed.stdout) as { runs: RunSummary[] };
  const studio = await openStudio({ FT_HOME: env.FT_HOME });
  const { page, problems } = await openPage(studio, `/runs/${runs[0]?.runId}`);
  await page.getByRole("img", { name: /^Loss/ }).waitFor({ timeout: 60_000 });
  const address = `tinker://${fake.lastRun.id}/sampler_weights/step_0004`;
  await page.getByText(address).waitFor();
  await page.getByText(new URL(fake.url).host, { exact: true }).waitFor();
  expect(problems).toEqual([]);
}, 600_000);
