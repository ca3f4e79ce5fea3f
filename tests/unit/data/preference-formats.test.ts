// Rows of preferences in the shapes that TRL, Unsloth, OpenAI and Anthropic's sets have: known by their fields, and every
// problem told with its field.
import { describe, expect, test } from "vitest";
import { parseRow } from "../../../src/data/rows.ts";

const place = { file: "rows.jsonl", line: 7 };
const system = { role: "system", content: "Be brief" };
const user = { role: "user", content: "Hi" };
const good = { role: "assistant", content: "Hello" };
const bad = { role: "assistant", content: "Go away" };
const plain = { kind: "preference", prompt: [user], chosen: [good], rejected: [bad] };

function read(value: unknown, format = "auto") {
  const result = parseRow(value, format, place);
  return "row" in result ? { format: result.row.format, sample: result.row.sample } : result;
}

function problemsOf(value: unknown, format = "auto"): string[] {
  const result = parseRow(value, format, place);
  if ("row" in result) throw new Error("the row was accepted");
  return result.problems.map(({ field, message }) => `${field ?? "row"}: ${message}`);
}

describe("chosen and rejected", () => {
  test.each([
    ["text", { prompt: "Hi", chosen: "Hello", rejected: "Go away" }],
    ["messages", { prompt: [user], chosen: [good], rejected: [bad] }],
    [
      "ShareGPT's spelling",
      {
        conversations: [{ from: "human", value: "Hi" }],
        chosen: { from: "gpt", value: "Hello" },
        rejected: { from: "gpt", value: "Go away" },
      },
    ],
    ["one message each", { prompt: user, chosen: good, rejected: bad }],
    ["a text prompt, messages after it", { prompt: "Hi", chosen: [good], rejected: [bad] }],
    ["whole conversations", { chosen: [user, good], rejected: [user, bad] }],
    [
      "a prompt that the conversations repeat",
      { prompt: "Hi", chosen: [user, good], rejected: [user, bad] },
    ],
    ["… as messages", { prompt: [user], chosen: [user, good], rejected: [user, bad] }],
    ["a question", { question: "Hi", chosen: "Hello", rejected: "Go away", system: "" }],
    [
      "beside messages, as in UltraFeedback",
      { prompt: "Hi", messages: [user, good], chosen: [user, good], rejected: [user, bad] },
    ],
    [
      "whole texts with marked turns",
      {
        chosen: "\n\nHuman: Hi\n\nAssistant: Hello",
        rejected: "\n\nHuman: Hi\n\nAssistant: Go away",
      },
    ],
  ])("%s", (_name, row) => {
    expect(read(row)).toEqual({ format: "preference", sample: plain });
  });

  test("a system message, its own or a field; several turns; tools", () => {
    const turns = [system, user, good, user];
    const chosen = [...turns, good];
    const sample = { ...plain, prompt: turns };
    expect(read({ chosen, rejected: [...turns, bad] })).toMatchObject({ sample });
    const row = { system: "Be brief", prompt: "Hi", chosen: "Hello", rejected: "Go away" };
    expect(read(row)).toMatchObject({ sample: { prompt: [system, user] } });
    const tools = [{ type: "function", function: { name: "add" } }];
    expect(read({ ...row, tools })).toMatchObject({ sample: { tools } });
  });

  test("two texts without a prompt: what both begin with is the prompt", () => {
    expect(read({ chosen: "The sky is blue.", rejected: "The sky is black." })).toMatchObject({
      sample: {
        prompt: [{ role: "user", content: "The sky is" }],
        chosen: [{ role: "assistant", content: "blue." }],
        rejected: [{ role: "assistant", content: "black." }],
      },
    });
  });

  test("asked for as another format, they are rows of that", () => {
    expect(read({ messages: [user, good], chosen: "a", rejected: "b" }, "chat")).toMatchObject({
      format: "chat",
    });
  });

  test.each([
    [
      "empty answers",
      { prompt: "Hi", chosen: "", rejected: " " },
      ["chosen: is empty", "rejected: is empty"],
    ],
    [
      "answers of other kinds",
      { prompt: "Hi", chosen: 3, rejected: [{ role: "assistant" }] },
      ["chosen: must be a string, not a number", "rejected[0].content: is missing"],
    ],
    [
      "no prompt",
      { chosen: "Yes", rejected: "No" },
      ["prompt: is missing, and chosen and rejected do not begin alike"],
    ],
    [
      "a prompt without a user",
      { prompt: [system], chosen: "a", rejected: "b" },
      ["prompt: no user message (missing required roles: user)"],
    ],
    [
      "answers to other prompts",
      { chosen: [user, good], rejected: [system, bad] },
      ["chosen: chosen and rejected begin with no message that both share"],
    ],
    [
      "another prompt than said",
      { prompt: "Why?", chosen: [user, good], rejected: [user, bad] },
      ["chosen: chosen and rejected begin with another prompt"],
    ],
    [
      "an answer that ends with a question",
      { prompt: [user], chosen: [good, user], rejected: [bad] },
      ["chosen: does not end with an assistant message: nothing to learn from"],
    ],
  ])("%s", (_name, row, problems) => expect(problemsOf(row)).toEqual(problems));
});

describe("OpenAI's", () => {
  const row = {
    input: {
      messages: [user],
      tools: [{ type: "function", function: { name: "add" } }],
      parallel_tool_calls: true,
    },
    preferred_output: [good],
    non_preferred_output: [bad],
  };

  test("is the same sample, tools and all", () => {
    expect(read(row)).toEqual({
      format: "openai-preference",
      sample: { ...plain, tools: row.input.tools },
    });
  });

  test("its problems have its own names", () => {
    expect(problemsOf({ ...row, input: {}, preferred_output: [user] })).toEqual([
      "input.messages: must be a list of messages, not a undefined",
    ]);
    expect(problemsOf({ ...row, non_preferred_output: [user] })).toEqual([
      "chosen: chosen and rejected begin with no message that both share",
    ]);
  });
});

describe("one answer with a label", () => {
  const judged = { kind: "judged", prompt: [user], completion: [good] };

  test.each([
    [true, true],
    [false, false],
    ["true", true],
    ["False", false],
  ])("%s", (label, wanted) => {
    const sample = { ...judged, label: wanted };
    expect(read({ prompt: "Hi", completion: "Hello", label })).toEqual({ format: "kto", sample });
    expect(read({ prompt: [user], completion: [good], label })).toMatchObject({ sample });
  });

  test("with another label is a prompt and its completion", () => {
    expect(read({ prompt: "Hi", completion: "Hello", label: "greeting" })).toMatchObject({
      format: "prompt-completion",
    });
  });

  test("problems have their fields", () => {
    expect(problemsOf({ prompt: "", completion: [user], label: true })).toEqual([
      "prompt: is empty",
    ]);
    expect(problemsOf({ prompt: "Hi", completion: [user], label: true })).toEqual([
      "completion: begins with a user message, not an assistant's",
    ]);
  });
});
