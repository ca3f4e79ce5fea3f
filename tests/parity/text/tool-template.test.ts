// Rows with tools, calls, reasoning, names and parts read as transformers' apply_chat_template reads them: text, ids,
// and the mask, both by a template's generation tags and where it has none.
// To make the expected values again: python tests/fixtures/text/make_tools.py
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { DataError, FtError } from "../../../src/core/errors.ts";
import { parseRow } from "../../../src/data/rows.ts";
import { createRenderer, loadTokenizer } from "../../../src/text/index.ts";
import type { ConversationSample, Renderer, Tokenizer } from "../../../src/text/types.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/text");

interface Outcome {
  text: string;
  ids: number[];
  mask: number[];
  error?: string;
}

interface Case {
  template: string;
  tokenizer: string;
  name: string;
  row: unknown;
  expected: { whole: Outcome; prompt: Outcome };
}

const cases = JSON.parse(readFileSync(path.join(fixtures, "tools.json"), "utf8")) as Case[];
const names = [...new Set(cases.map(({ template }) => template))];

/** What transformers drops without a word, and is refused here: the rows, by template. */
const refused: Record<string, { rows: string[]; field: RegExp }[]> = {
  brackets: [{ rows: ["reasoning", "reasoning, then a call"], field: /reasoning_content/ }],
  headers: [{ rows: ["reasoning", "reasoning, then a call"], field: /reasoning_content/ }],
  hermes: [{ rows: ["reasoning", "reasoning, then a call"], field: /reasoning_content/ }],
  "line-calls": [{ rows: ["reasoning", "reasoning, then a call"], field: /reasoning_content/ }],
  "text-arguments": [
    {
      rows: ["one call", "two calls after a text", "ends with a call", "tools that nobody calls"],
      field: /^tools$/,
    },
    { rows: ["reasoning, then a call"], field: /^tools$/ },
    { rows: ["reasoning"], field: /reasoning_content/ },
  ],
  parts: [
    {
      rows: ["one call", "two calls after a text", "ends with a call", "tools that nobody calls"],
      field: /^tools$/,
    },
    { rows: ["reasoning, then a call"], field: /^tools$/ },
    {
      rows: [
        "arguments as text",
        "text and call, no list of tools",
        "no arguments, no id",
        "the call repeats what was said",
      ],
      field: /tool_calls/,
    },
    { rows: ["reasoning"], field: /reasoning_content/ },
  ],
};
for (const name of names.filter((one) => one !== "parts")) {
  (refused[name] ??= []).push(
    { rows: ["names"], field: /messages\[0\]\.name/ },
    { rows: ["parts"], field: /messages\[0\]\.content\[1\]/ },
  );
}

function refusalOf({ template, name }: Case): RegExp | undefined {
  return refused[template]?.find(({ rows }) => rows.includes(name))?.field;
}

function sourceOf(name: string): string {
  return readFileSync(path.join(fixtures, "tool-templates", `${name}.jinja`), "utf8");
}

function sampleOf({ row }: Case): ConversationSample {
  const parsed = parseRow(row, "chat", { file: "rows.jsonl", line: 1 });
  if (!("row" in parsed) || parsed.row.sample.kind !== "chat") throw new Error("not a chat");
  return parsed.row.sample as ConversationSample;
}

async function tokenizerOf(kind: string): Promise<Tokenizer> {
  return loadTokenizer(path.join(fixtures, "tokenizers", kind));
}

async function rendererOf({ tokenizer }: Case, customTemplate: string): Promise<Renderer> {
  return createRenderer(await tokenizerOf(tokenizer), { template: "jinja", customTemplate });
}

test("every template of the folder is compared, with most rows", () => {
  const files = readdirSync(path.join(fixtures, "tool-templates"));
  expect(files.map((file) => path.parse(file).name).sort()).toEqual(names.sort());
  const compared = cases.filter((one) => refusalOf(one) === undefined && !one.expected.whole.error);
  expect(compared.length).toBeGreaterThan(50);
});

describe.each(names)("%s", (name) => {
  const chosen = cases.filter(({ template }) => template === name);
  const source = sourceOf(name);
  const bare = source.replaceAll(/\{%-? (end)?generation %\}/g, "");

  test.each(chosen.map((one): [string, Case] => [one.name, one]))("%s", async (_, one) => {
    const sample = sampleOf(one);
    const { messages, tools } = sample;
    const { whole, prompt } = one.expected;
    const tagged = await rendererOf(one, source);
    const field = refusalOf(one);
    if (field !== undefined) {
      expect(() => tagged.render(sample, "all")).toThrow(
        expect.objectContaining({
          code: "FT-DATA-022",
          at: { field: expect.stringMatching(field) },
        }),
      );
      return;
    }
    if (one.name === "parts of text" && name !== "parts") {
      // Where a template expects a text, transformers prints a list or nothing; mlx-lm joins them, and so do we.
      expect(tagged.promptText(messages, tools)).toContain("What now?");
      return;
    }
    if (whole.error !== undefined) {
      expect(() => tagged.render(sample, "all"), whole.error).toThrow(FtError);
      return;
    }
    expect(tagged.promptText(messages, tools)).toBe(prompt.text);
    expect(tagged.prompt(messages, tools)).toEqual(prompt.ids);
    const rendered = tagged.render(sample, "assistant");
    expect(rendered).toEqual({ ids: whole.ids, weights: whole.mask });
    const located = (await rendererOf(one, bare)).render(sample, "assistant");
    expect(located.ids).toEqual(whole.ids);
    expect(located.weights).toEqual(whole.mask);
  });
});

test("a refused row tells its field and a way out", async () => {
  const [one] = cases.filter((a) => a.template === "parts" && a.name === "arguments as text");
  const renderer = await rendererOf(one as Case, sourceOf("parts"));
  const place = (): { file: string; line: number } => ({ file: "rows.jsonl", line: 3 });
  const render = (): unknown => renderer.renderMany([sampleOf(one as Case)], "all", place);
  expect(render).toThrow(DataError);
  expect(render).toThrow(
    "rows.jsonl, line 3, messages[1].tool_calls: the model's chat template cannot represent tool calls",
  );
});
