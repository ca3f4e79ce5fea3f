import { join } from "node:path";
import { expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { trainedFolder } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { refusal } from "../../support/refusal.ts";

const run = { "config.json": "{}", "events.jsonl": "" };
const checkpoints = {
  "checkpoints/step-5/trained/x": "",
  "checkpoints/step-10/trained/x": "",
  "checkpoints/best": "step-5\n",
  "checkpoints/latest": "step-10\n",
};

test("a finished run has its final model, another its best checkpoint", () => {
  const finished = makeFolder({ ...run, ...checkpoints, "final_model/x": "" });
  expect(trainedFolder(finished)).toBe(join(finished, "final_model"));
  const unfinished = makeFolder({ ...run, ...checkpoints });
  expect(trainedFolder(unfinished)).toBe(join(unfinished, "checkpoints/step-5/trained"));
});

test("a pointer, a checkpoint, and anything else as it is", () => {
  const folder = makeFolder({ ...run, ...checkpoints });
  const trained = (path: string): string => trainedFolder(join(folder, path));
  expect(trained("checkpoints/best")).toBe(join(folder, "checkpoints/step-5/trained"));
  expect(trained("checkpoints/latest")).toBe(join(folder, "checkpoints/step-10/trained"));
  expect(trained("checkpoints/step-10")).toBe(join(folder, "checkpoints/step-10/trained"));
  expect(trained("elsewhere")).toBe(join(folder, "elsewhere"));
});

test("a run without any model yet says how to go on", () => {
  const error = refusal(() => trainedFolder(makeFolder(run)), ModelError);
  expect(error.code).toBe("FT-RUN-012");
  expect(error.hint).toMatch(/^ft train resume /);
});
