// Samples of a run: before the first step, after each evaluation, the same rows each time, and nothing else changed.
import { expect, test } from "vitest";
import { readEvents, type SamplesWrittenEvent } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";
import { trainToy } from "../../support/toy-training.ts";

const optimization = { iters: 6, eval_steps: 3, sample_rows: 2, sample_tokens: 5 };

test("rows are answered before the first step and after each evaluation, without moving the run", async () => {
  const folder = makeFolder();
  const model = await makeToyModel(`${folder}/model`);
  const data = writeRows(`${folder}/rows.jsonl`, 30);
  const plain = await trainToy({
    ...{ model, data, output: `${folder}/plain` },
    options: { optimization: { ...optimization, sample_rows: 0 } },
  });
  const told = await trainToy({
    ...{ model, data, output: `${folder}/told` },
    options: { optimization },
  });
  const written = readEvents(`${folder}/told`).filter(
    (event): event is SamplesWrittenEvent => event.type === "samples-written",
  );
  expect(written.map(({ step }) => step)).toEqual([0, 3, 6]);
  for (const { samples } of written) {
    expect(samples).toHaveLength(2);
    expect(samples.map(({ line }) => line)).toEqual(written[0]?.samples.map(({ line }) => line));
    for (const { tokens } of samples) expect(tokens).toBeLessThanOrEqual(5);
  }
  expect(told.losses).toEqual(plain.losses);
});
