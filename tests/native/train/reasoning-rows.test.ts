// What ft train validate tells of rows in which the assistant thinks or calls tools: how much is reasoning, what of it is
// learned, that calls are learned and their results are not.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, inject, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import { type ValidationReport, validateRun } from "../../../src/app/train/validate-run.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

const templates = fileURLToPath(new URL("../../fixtures/text/", import.meta.url));
const thinking = join(templates, "tool-templates/thinking.jinja");

let folder: string;
let model: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "reasoning-rows");
  model = await makeToyModel(join(folder, "model"));
});

async function checked(rows: object[], data: object, more: object = {}): Promise<ValidationReport> {
  const file = writeRows(join(folder, "rows.jsonl"), rows);
  const options = { data: { template: thinking, validation_split: 0, ...data }, ...more };
  const config = toyRunConfig({ model, data: file, output: join(folder, "run"), options });
  return await validateRun(resolveConfig([layer("argument", "", config)]));
}

const learnedIn = ({ data }: ValidationReport): string =>
  (data.samples ?? [])
    .flatMap(({ runs }) => runs.map(({ text, learned }) => (learned ? `⟦${text}⟧` : "")))
    .join("");

const rows = [
  {
    messages: [
      { role: "user", content: "2+2?" },
      { role: "assistant", reasoning: "Two and two.", content: "4" },
    ],
  },
  {
    messages: [
      { role: "user", content: "3+3?" },
      { role: "assistant", content: "<think>\nThree and three.\n</think>\n\n6" },
    ],
  },
];

test("reasoning is counted, and learned, masked or left out", async () => {
  const [keep, mask, drop] = [
    await checked(rows, { reasoning: "keep" }),
    await checked(rows, { reasoning: "mask" }),
    await checked(rows, { reasoning: "drop" }),
  ];
  expect(keep.data.reasoningTokens).toBeGreaterThan(10);
  expect(mask.data.reasoningTokens).toBe(keep.data.reasoningTokens);
  expect(drop.data.reasoningTokens).toBe(0);
  expect(mask.data.tokens).toBe(keep.data.tokens);
  expect(keep.data.supervisedTokens).toBe(
    (mask.data.supervisedTokens ?? 0) + (keep.data.reasoningTokens ?? 0),
  );
  expect(learnedIn(keep)).toContain("Two and two.");
  for (const report of [mask, drop]) expect(learnedIn(report)).toBe("⟦4<|im_end|>⟧⟦6<|im_end|>⟧");
  expect(drop.data.tokens).toBeLessThan(keep.data.tokens ?? 0);
});

test("of answers that are compared, thoughts are learned or masked, empty ones never", async () => {
  const answer = (reasoning: string, content: string): object[] => [
    { role: "assistant", content: `<think>\n${reasoning}\n</think>\n\n${content}` },
  ];
  const pair = (chosen: object[], rejected: object[]): object => ({
    prompt: [{ role: "user", content: "2+2?" }],
    ...{ chosen, rejected },
  });
  const thinks = [pair(answer("Two and two.", "4"), answer("Two times three.", "6"))];
  const counted = async (pairs: object[], data: object): Promise<ValidationReport["data"]> =>
    (await checked(pairs, data, { method: "dpo" })).data;
  const learned = async (pairs: object[], data: object): Promise<number> =>
    (await counted(pairs, data)).supervisedTokens ?? 0;
  const keep = await learned(thinks, { reasoning: "keep" });
  const mask = await learned(thinks, { reasoning: "mask" });
  const drop = await learned(thinks, { reasoning: "drop" });
  expect(mask).toBe(drop);
  expect(keep).toBeGreaterThan(mask + 10);
  for (const reasoning of ["keep", "mask"])
    expect((await counted(thinks, { reasoning })).reasoningTokens).toBe(keep - mask);
  expect((await counted(thinks, { reasoning: "drop" })).reasoningTokens).toBe(0);
  const empty = [pair(answer("", "4"), answer("", "6"))];
  expect(await learned(empty, {})).toBe(mask);
  expect(await learned(empty, { learn_empty_thoughts: true })).toBeGreaterThan(mask);
});

test("tools are in the prompt, calls are learned, their results are not", async () => {
  const call = { id: "abcdefghi", function: { name: "add", arguments: { a: 1 } } };
  const parameters = { type: "object", properties: { a: { type: "integer" } } };
  const row = {
    tools: [{ type: "function", function: { name: "add", description: "Adds.", parameters } }],
    messages: [
      { role: "user", content: "1+2?" },
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: call.id, content: "result: 3" },
      { role: "assistant", content: "It is 3" },
    ],
  };
  const report = await checked([row], {});
  const runs = report.data.samples?.[0]?.runs ?? [];
  const textOf = (learned: boolean): string =>
    runs
      .filter((run) => run.learned === learned)
      .map(({ text }) => text)
      .join("|");
  expect(textOf(true)).toContain('{"name": "add", "arguments": {"a": 1}}');
  expect(textOf(true)).toContain("It is 3");
  expect(textOf(true)).not.toContain("result: 3");
  expect(textOf(false)).toContain("result: 3");
  expect(textOf(false)).toContain("Adds.");
});
