// Rows that are too long, or teach nothing: said, listed, left out or refused, and never cut without a word.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { validateRun } from "../../../src/app/train/validate-run.ts";
import { DataError } from "../../../src/core/errors.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { rejection } from "../../support/refusal.ts";
import { chatRow } from "../../support/rows.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "lost-rows");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), [
    chatRow("short?", "yes"),
    { ...chatRow("long?", "name table ".repeat(60)), id: "seventeen" },
    { ...chatRow("name table ".repeat(60), "too late"), id: 18 },
  ]);
});

function configOf(output: string, too_long: string, more: object = {}): RunConfig {
  return toyRunConfig({
    ...{ model, data, output: join(folder, output) },
    options: {
      data: { max_length: 64, validation_split: 0, too_long, ...more },
      optimization: { iters: 1, batch_size: 4 },
    },
  });
}

const checked = (config: RunConfig) => validateRun(resolveConfig([layer("argument", "", config)]));

const cut = { line: 2, id: "seventeen", what: "cut", reason: "longer than 64 tokens" };
const lost = { line: 3, id: "18", what: "dropped" };

describe("rows that are too long", () => {
  test("are cut, and what that costs is told", async () => {
    const { data: found, warnings } = await checked(configOf("checked", "cut"));
    const why = "nothing left to learn after the cut to 64 tokens";
    expect(found.lost).toMatchObject([{ ...lost, reason: why }, cut]);
    const gone = found.lost?.[1]?.lostTokens ?? 0;
    expect(gone).toBeGreaterThan(50);
    expect(warnings).toContainEqual(expect.stringContaining(`${gone} learned tokens are lost`));
    expect(warnings).toContainEqual(expect.stringContaining(`1 row is left out: ${why}`));
  });

  test("are listed in the run's folder", async () => {
    const config = configOf("run", "cut");
    const notices: string[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === "notice") notices.push(event.message);
    };
    await trainRun(config, { isolate: false, onEvent });
    const lines = readFileSync(join(config.output_dir, "lost-rows.jsonl"), "utf8")
      .trim()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([lost, cut]);
    expect(notices).toContainEqual(expect.stringContaining("lost-rows.jsonl lists them"));
  });

  test("are left out where that is asked", async () => {
    const { data: found } = await checked(configOf("dropped", "drop"));
    const reason = "longer than 64 tokens";
    expect(found.lost).toMatchObject([
      { ...cut, what: "dropped" },
      { ...lost, reason },
    ]);
    expect(found.dropped).toBe(2);
  });

  test("are refused where that is asked, and nothing is written", async () => {
    const config = configOf("refused", "refuse");
    const refusal = await rejection(trainRun(config, { isolate: false }), DataError);
    expect(refusal).toMatchObject({ code: "FT-DATA-032", exitCode: 4 });
    expect(refusal.message).toContain("2 rows are longer than 64 tokens");
    expect(existsSync(config.output_dir)).toBe(false);
    const longest = Number(/--max-length (\d+)/.exec(refusal.hint ?? "")?.[1]);
    const fits = await checked(configOf("fits", "refuse", { max_length: longest }));
    expect(fits.data.lost).toEqual([]);
  });
});
