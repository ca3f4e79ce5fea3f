// Pre-training text: whole documents, cut into windows, none of it lost. How they are cut is tests/unit/data's.
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { validateRun } from "../../../src/app/train/validate-run.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { rejection } from "../../support/refusal.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "documents");
  model = await makeToyModel(join(folder, "model"));
  const texts = [200, 3, 90].map((words) => ({ text: "name table ".repeat(words) }));
  data = writeRows(join(folder, "rows.jsonl"), texts);
});

const configOf = (output: string, more: object = {}): RunConfig =>
  toyRunConfig({
    ...{ model, data, output: join(folder, output) },
    options: {
      data: { format: "document", max_length: 64, validation_split: 0, ...more },
      optimization: { epochs: 1, batch_size: 2 },
    },
  });

const checked = (config: RunConfig) => validateRun(resolveConfig([layer("argument", "", config)]));

test("every token is learned, in full windows", async () => {
  const { data: found, warnings } = await checked(configOf("checked"));
  expect(found).toMatchObject({ trainRows: 3, truncated: 0, dropped: 0, lost: [] });
  const { documents = 0, windows = 0 } = found.documents ?? {};
  expect([documents, windows]).toEqual([3, Math.ceil(((found.tokens ?? 0) - 1) / 63)]);
  expect(warnings.join("\n")).not.toContain("cut");
  const events: RunEvent[] = [];
  await trainRun(configOf("run"), { isolate: false, onEvent: (event) => events.push(event) });
  const steps = events.filter((event) => event.type === "step-reported");
  expect(steps).toHaveLength(Math.ceil(windows / 2));
  expect(steps.at(-1)?.supervisedTokens).toBe((found.tokens ?? 0) - 1);
});

test("windows that would only repeat each other are refused", async () => {
  const refusal = await rejection(
    checked(configOf("refused", { document_overlap: 64 })),
    ConfigError,
  );
  expect(refusal).toMatchObject({ code: "FT-CONFIG-073", exitCode: 3 });
});
