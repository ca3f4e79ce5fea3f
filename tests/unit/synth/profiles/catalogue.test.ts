// Every fault of the catalogue, found where it is in a file that has it, with what a person needs to mend it.
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type CheckReport,
  checkFiles,
  type FaultCode,
  faultCodes,
  faultOf,
  limitsOf,
  readLimits,
} from "../../../../src/synth/profiles/index.ts";
import { countedMessage } from "../../../../src/synth/tokens/counted-message.ts";
import { tokenCounter } from "../../../../src/synth/tokens/encodings.ts";
import { makeFolder } from "../../../support/folders.ts";
import { assistant, chat, type FaultCase, faultCases, smallLimits, user } from "./faults.ts";

/** Counts words, so that what is too long is short to write. */
const words = {
  encoding: "words",
  exactness: "exact",
  messages: ({ messages }: { messages: readonly object[] }) =>
    JSON.stringify(messages).split(/\s+/).length,
};

function fileOf(lines: readonly unknown[], mark = ""): Buffer {
  const parts = lines.flatMap((line) => [
    Buffer.isBuffer(line)
      ? line
      : Buffer.from(typeof line === "string" ? line : JSON.stringify(line)),
    Buffer.from("\n"),
  ]);
  return Buffer.concat([Buffer.from(mark), ...parts]);
}

async function check(given: FaultCase): Promise<CheckReport> {
  const { profile, model, on = "2026-11-26", lines, validation, mark } = given;
  const folder = makeFolder({
    "train.jsonl": fileOf(lines, mark),
    "limits.yaml": smallLimits,
    ...(validation !== undefined && { "valid.jsonl": fileOf(validation) }),
  });
  return await checkFiles({
    file: join(folder, "train.jsonl"),
    ...(validation !== undefined && { validation: join(folder, "valid.jsonl") }),
    profile,
    model,
    on,
    limits: readLimits(join(folder, "limits.yaml")),
    counter: words,
  });
}

test("every fault has a case", () => {
  expect(Object.keys(faultCases).toSorted()).toEqual(faultCodes.toSorted());
});

test.each(faultCodes)("%s", async (code: FaultCode) => {
  const given = faultCases[code];
  const { errors, warnings } = await check(given);
  const found = [...errors, ...warnings].filter((one) => one.code === code);
  const said = JSON.stringify([...errors, ...warnings], null, 1);
  expect(found.length, said).toBeGreaterThan(0);
  expect(
    found.map(({ line, field }) => ({ line, field })),
    said,
  ).toContainEqual({ line: given.line, field: given.field });
  const [first] = found;
  expect(first?.file).toMatch(given.inValidation === true ? /valid\.jsonl$/ : /train\.jsonl$/);
  expect(first?.message).not.toBe("");
  expect(first?.hint).not.toBe("");
  if (faultOf(code).fixable !== true) expect(first?.fixable).toBe(false);
});

test("what is good has no errors, in any profile that says so", async () => {
  const report = await check({ ...faultCases.model_unknown, on: "2026-01-01", model: "gpt-4o" });
  expect(report).toMatchObject({ valid: true, errors: [], warnings: [], rows: 1 });
});

test("OpenAI's limit of tokens holds to the token, counted with its own vocabulary", async () => {
  const { exampleTokens } = limitsOf(readLimits(), "openai-sft").limits;
  const most = exampleTokens?.value ?? 0;
  const row = (words: number) => chat(user(` a`.repeat(words)), assistant("b"));
  const counter = await tokenCounter("o200k");
  const beside = counter.messages({ messages: row(1).messages.map(countedMessage), tools: [] }) - 1;
  const file = async (words: number) => {
    const folder = makeFolder({ "rows.jsonl": `${JSON.stringify(row(words))}\n` });
    return await checkFiles({
      file: join(folder, "rows.jsonl"),
      profile: "openai-sft",
      on: "2026-01-01",
      limits: readLimits(),
    });
  };
  const fits = await file(most - beside);
  expect(fits.tokens).toMatchObject({ encoding: "o200k", exactness: "exact", longest: most });
  expect(fits.errors.map(({ code }) => code)).toEqual(["too_few_records"]);
  const over = await file(most - beside + 1);
  expect(over.errors).toContainEqual(
    expect.objectContaining({ code: "answer_truncated", line: 1, field: "messages[1]" }),
  );
});
