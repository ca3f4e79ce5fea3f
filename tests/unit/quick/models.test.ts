// Which model the demonstration takes: the one asked for, or, where that cannot be fetched, the one that ships.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseModel, quickModel, quickModels } from "../../../dev/quick/models.ts";
import { loadRunConfig } from "../../../src/app/config/load.ts";
import { warningsFor } from "../../../src/app/config/warnings.ts";
import { packageRoot } from "../../../src/core/paths.ts";

const root = packageRoot();

test("the real model is fetched and taken", () => {
  const commands: string[] = [];
  const { chosen, fallback } = chooseModel("smollm2", (command) => commands.push(command) > 0);
  expect(chosen.model).toBe("builtin/smollm2");
  expect(fallback).toEqual([]);
  expect(commands).toHaveLength(1);
  expect(existsSync(join(root, (commands[0] ?? "").split(" ")[0] ?? ""))).toBe(true);
});

test("where it cannot be fetched, the shipped one is, and that is said with the way out", () => {
  const { chosen, fallback } = chooseModel("smollm2", () => false);
  expect(chosen.model).toBe("builtin/tiny");
  expect(fallback.join(" ")).toMatch(
    /builtin\/smollm2 is not here and could not be fetched.* builtin\/tiny .*make real/,
  );
});

test("what ships is never fetched; what does not exist is refused with the names", () => {
  const { chosen } = chooseModel("tiny", () => expect.unreachable());
  expect(chosen.model).toBe("builtin/tiny");
  expect(() => quickModel("huge")).toThrow("no model huge: there are smollm2, tiny");
});

test.each(Object.entries(quickModels))(
  "the configuration of %s is for its model, and ft has nothing to warn of in it",
  (_, { model, config: configFile }) => {
    const { config } = loadRunConfig({ preset: "start", configFile: join(root, configFile) });
    expect(config.model.name).toBe(model);
    expect(warningsFor(config)).toEqual([]);
  },
);
