import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { trainRun } from "../../src/index.ts";
import type { RunEvent } from "../../src/runs/index.ts";
import { root } from "../support/documents.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../support/toy-model.ts";

// From a run folder to the README's picture: what is drawn is what the run recorded.

function drawn(folder: string, run: string, questions: string): { svg: string; said: string } {
  const output = join(folder, "picture.svg");
  const args = ["--import", "tsx", "dev/picture.ts", run, output, "--questions", questions];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return { svg: readFileSync(output, "utf8"), said: stdout };
}

test("dev/picture.ts draws the losses a run reported, and answers of both models", async () => {
  const folder = mkdtempSync(join(inject("runFolder"), "picture-"));
  const model = await makeToyModel(join(folder, "toy"), { embeddingDeviation: 0.5 });
  const data = writeRows(join(folder, "rows.jsonl"), 20);
  const run = join(folder, "run");
  const events: RunEvent[] = [];
  const options = {
    optimization: { iters: 30, batch_size: 4, learning_rate: 1e-2, eval_steps: 10 },
  };
  const config = toyRunConfig({ model, data, output: run, options });
  await trainRun(config, { onEvent: (event) => events.push(event) });
  const questions = join(folder, "questions.json");
  const asked = [{ prompt: "What is 3 plus one?", answer: "It is 4." }];
  writeFileSync(questions, JSON.stringify(asked));

  const { svg, said } = drawn(folder, run, questions);

  const reported = events.filter(({ type }) => type === "step-reported").length;
  const evaluated = events.filter(({ type }) => type === "evaluation-finished").length;
  const [points = ""] = /(?<=<polyline points=")[^"]*/.exec(svg) ?? [];
  expect(points.split(" ")).toHaveLength(reported);
  const heights = points.split(" ").map((point) => Number(point.split(",")[1]));
  expect(heights.at(-1)).toBeGreaterThan(heights[0] ?? Infinity);
  // One circle more is the legend's.
  expect(svg.match(/<circle /g)).toHaveLength(evaluated + 1);
  expect(svg).toContain(">toy: ");
  expect(svg).not.toContain(folder);
  for (const text of ["What is 3 plus one?", "It is 4.", "30 steps"]) expect(svg).toContain(text);
  expect(said).toContain("1 questions");
});
