import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { chatRow, jsonLines } from "../support/rows.ts";
import { makeModel, tinyConfig } from "./make-model.ts";
import { ft } from "./run-ft.ts";

let model = "";
let place = "";

function brokenModel(change: (weights: Buffer) => Buffer): string {
  const folder = makeModel();
  const file = join(folder, "model.safetensors");
  writeFileSync(file, change(readFileSync(file)));
  return folder;
}

/** Two tensors at one place: the second begins where the first does. */
function overlap(weights: Buffer): Buffer {
  const text = weights.toString("latin1");
  const [first = "", second = ""] = text.match(/"data_offsets":\[\d+,\d+\]/g) ?? [];
  return Buffer.from(text.replace(second, first.padEnd(second.length)), "latin1");
}

beforeAll(() => {
  model = makeModel();
  place = makeFolder({
    "good.jsonl": jsonLines([chatRow("hello", "world"), chatRow("a", "b")]),
    "bad-line.jsonl": `${JSON.stringify(chatRow("a", "b"))}\n{"messages": [\n`,
    "empty.jsonl": "",
    "no-answer.jsonl": jsonLines([{ messages: [{ role: "user", content: "a" }] }]),
    "unknown-key.yml": "lora:\n  rnk: 3\n",
    "empty.yml": "",
  });
});

describe("bad input: the exit code, the thing, the mend; no stack, nothing written", () => {
  const cases: [what: string, code: number, args: () => string[], says: RegExp][] = [
    ["a missing data file", 4, () => [model, "nowhere.jsonl"], /nowhere\.jsonl/],
    ["a bad JSON line", 4, () => [model, "bad-line.jsonl"], /Invalid JSON on line 2/],
    ["an empty data file", 4, () => [model, "empty.jsonl"], /empty\.jsonl/],
    ["a conversation without an answer", 4, () => [model, "no-answer.jsonl"], /assistant/],
    [
      "an unknown key",
      3,
      () => [model, "good.jsonl", "-c", "unknown-key.yml"],
      /unknown key lora\.rnk; did you mean lora\.r\?/,
    ],
    [
      "an empty configuration",
      3,
      () => [model, "good.jsonl", "-c", "empty.yml"],
      /Configuration file is empty/,
    ],
    [
      "a missing configuration",
      3,
      () => [model, "good.jsonl", "-c", "no.yml"],
      /Configuration file not found: no\.yml/,
    ],
    ["an unknown flag", 2, () => [model, "good.jsonl", "--epohcs", "3"], /Did you mean --epochs\?/],
    [
      "a negative rank",
      3,
      () => [model, "good.jsonl", "--lora-rank", "-1"],
      /LoRA rank must be positive \(from flag:--lora-rank\)/,
    ],
    [
      "an unknown profile",
      3,
      () => [model, "good.jsonl", "-p", "chta"],
      /Unknown profile 'chta'\. Available profiles/,
    ],
    [
      "an unknown template",
      3,
      () => [model, "good.jsonl", "-t", "chatlm"],
      /Unknown template 'chatlm'\. Valid options/,
    ],
    [
      "an unknown model type",
      3,
      () => [makeModel({ ...tinyConfig, model_type: "lama" }), "good.jsonl"],
      /Unknown model type 'lama'/,
    ],
    [
      "truncated weights",
      7,
      () => [brokenModel((weights) => weights.subarray(0, -100)), "good.jsonl"],
      /model\.safetensors/,
    ],
    ["overlapping weights", 7, () => [brokenModel(overlap), "good.jsonl"], /model\.safetensors/],
    ["a missing model folder", 3, () => ["./no-such-model", "good.jsonl"], /no-such-model/],
    ["no model and no data", 3, () => [], /Model name is required/],
  ];

  test.each(cases)("%s exits with %i", (_, code, args, says) => {
    const before = readdirSync(place);
    const result = ft(["train", "start", ...args(), "-o", "out"], { cwd: place });
    expect(result.err).toMatch(says);
    expect(result.err).toMatch(/\nhint: \S/);
    expect(result.err).not.toMatch(/\n\s+at .*:\d+/);
    expect(result.out).toBe("");
    expect(result.code).toBe(code);
    expect(readdirSync(place)).toEqual(before);
  });

  test("with --json, the one line on stdout is run-failed with code, message and hint", () => {
    const { code, out } = ft(["train", "quick", model, "bad-line.jsonl", "-o", "out", "--json"], {
      cwd: place,
    });
    expect(code).toBe(4);
    const events = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(events.at(-1)).toMatchObject({
      type: "run-failed",
      code: expect.stringMatching(/^FT-DATA-/),
      message: expect.stringContaining("line 2"),
      hint: expect.any(String),
      runId: expect.any(String),
      time: expect.any(String),
      schemaVersion: 1,
    });
  });

  test("an occupied output folder is refused before anything is loaded", () => {
    mkdirSync(join(place, "taken"), { recursive: true });
    writeFileSync(join(place, "taken", "notes.txt"), "mine");
    const { code, err } = ft(["train", "quick", "no-such-model", "-o", "taken"], { cwd: place });
    expect(code).toBe(3);
    expect(err).toContain("not empty: taken");
    expect(err).toContain("ft train resume taken");
    expect(err).toContain("--output");
  });

  test("resuming what is no run", () => {
    const { code, err } = ft(["train", "resume", "."], { cwd: place });
    expect(code).toBe(3);
    expect(err).toContain("Not a run folder");
  });
});
