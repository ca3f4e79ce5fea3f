// From tokens to parts: marks that are special tokens reach the reader, others stay hidden, and no character is split.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import {
  answerFormatOf,
  type AnswerPart,
  AnswerReader,
  createRenderer,
  loadTokenizer,
  markTokens,
  opensReasoning,
  TextStream,
} from "../../../../src/text/index.ts";
import type { JsonObject, Tokenizer } from "../../../../src/text/types.ts";
import { answerTemplates, sourceOf } from "../../../support/answer-templates.ts";
import { makeFolder } from "../../../support/folders.ts";

const qwen = path.join(import.meta.dirname, "../../../fixtures/text/tokenizers/qwen");

/** The small Qwen tokenizer with more special tokens. */
async function tokenizerWith(contents: readonly string[]): Promise<Tokenizer> {
  const read = (name: string): string => readFileSync(path.join(qwen, name), "utf8");
  const tokenizer = JSON.parse(read("tokenizer.json")) as { added_tokens: JsonObject[] };
  const first = tokenizer.added_tokens.at(-1);
  for (const [at, content] of contents.entries())
    tokenizer.added_tokens.push({
      ...first,
      id: Number(first?.["id"]) + 1 + at,
      content,
      special: true,
    });
  const config = read("tokenizer_config.json");
  return loadTokenizer(
    makeFolder({ "tokenizer.json": JSON.stringify(tokenizer), "tokenizer_config.json": config }),
  );
}

test("an answer token by token, in a format of special tokens", async () => {
  const tokenizer = await tokenizerWith(["<|tool_call_start|>", "<|tool_call_end|>", "<|other|>"]);
  const template = answerTemplates["lfm"];
  if (template === undefined) throw new Error("no template of lfm");
  const renderer = createRenderer(tokenizer, { template: sourceOf(template) });
  const { specialContents } = tokenizer;
  const format = answerFormatOf({ source: renderer.source, specialTokens: specialContents });
  expect(format.name).toBe("lfm");

  const shown = markTokens(format, specialContents);
  expect([...shown].toSorted()).toEqual(["<|tool_call_end|>", "<|tool_call_start|>"]);
  const tools = [{ name: "f" }];
  const prompt = renderer.promptText([{ role: "user", content: "?" }]);
  const stream = new TextStream(tokenizer, { shown });
  const reader = new AnswerReader(format, {
    startsInReasoning: opensReasoning(format, `${prompt}<think>`),
    tools,
  });
  const text =
    "So 👍.</think>I look 👩‍👩‍👧.<|other|> <|tool_call_start|>[f(x='👍 it')]<|tool_call_end|><|im_end|>";
  const parts: AnswerPart[] = tokenizer.encode(text).flatMap((id) => reader.add(stream.add(id)));
  parts.push(...reader.add(stream.end()), ...reader.end());

  const textOf = (kind: string): string =>
    parts.map((part) => (part.kind === kind && "text" in part ? part.text : "")).join("");
  expect(textOf("reasoning")).toBe("So 👍.");
  expect(textOf("content")).toBe("I look 👩‍👩‍👧.");
  expect(parts.at(-1)).toEqual({
    kind: "tool-call",
    call: { name: "f", arguments: { x: "👍 it" } },
  });
  expect(parts.every((part) => !("text" in part) || !/[\ud800-\udbff]$/.test(part.text))).toBe(
    true,
  );
});
