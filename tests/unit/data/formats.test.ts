import { describe, expect, test } from "vitest";
import { sqlChatRow, sqlTextRow, wikisqlRow } from "../../../dev/datasets/text-to-sql-rows.ts";
import { DataFormatError } from "../../../src/data/errors.ts";
import { formats } from "../../../src/data/formats/index.ts";
import { parseRow } from "../../../src/data/rows.ts";

const place = { file: "rows.jsonl", line: 7 };
const user = { role: "user", content: "Hi" };
const assistant = { role: "assistant", content: "Hello" };

function sampleOf(value: unknown, format = "auto"): unknown {
  const result = parseRow(value, format, place);
  return "row" in result ? result.row.sample : result.problems;
}

/** An object in an object, and so on. */
function deep(levels: number): unknown {
  return levels === 0 ? {} : { a: deep(levels - 1) };
}

function problemsOf(value: unknown): string[] {
  const result = parseRow(value, "auto", place);
  if ("row" in result) throw new Error("the row was accepted");
  return result.problems.map(({ field, message }) => `${field ?? "row"}: ${message}`);
}

describe("rows that are usable", () => {
  test("chat, with a system message, a tool's turn and keys that are ignored", () => {
    const messages = [{ role: "system", content: "Be brief" }, user, assistant];
    const tool = { role: "tool", content: "42" };
    expect(sampleOf({ messages, id: 3 })).toEqual({ kind: "chat", messages });
    expect(sampleOf({ messages: [user, tool, { ...assistant, mood: "a" }] })).toEqual({
      kind: "chat",
      messages: [user, tool, assistant],
    });
  });

  test("chat found in a document: who spoke there is a fact of the source, as the places are", () => {
    const spans = [[0, 2]];
    const messages = [
      { ...user, name: "Ann", spans },
      { ...assistant, name: "Ben", spans },
    ];
    expect(sampleOf({ messages })).toEqual({ kind: "chat", messages: [user, assistant] });
    const named = [{ ...user, name: "Ann" }, assistant];
    expect(sampleOf({ messages: named })).toEqual({ kind: "chat", messages: named });
  });

  test("instruction, with an input, an empty one, or none", () => {
    const row = { instruction: "Add", input: "1, 2", output: "3" };
    expect(sampleOf(row)).toEqual({ kind: "instruction", ...row });
    const bare = { kind: "instruction", instruction: "Add", input: "", output: "3" };
    expect(sampleOf({ instruction: "Add", output: "3" })).toEqual(bare);
    expect(sampleOf({ instruction: "Add", input: null, output: "3" })).toEqual(bare);
  });

  test("text, kept as it stands", () => {
    const text = "  <|im_start|>user\nHi<|im_end|>\n";
    expect(sampleOf({ text })).toEqual({ kind: "text", text });
    expect(sampleOf({ text }, "mlx")).toEqual({ kind: "text", text });
  });

  test("prompt and completion, as strings or as messages", () => {
    const chat = { kind: "chat", messages: [user, assistant] };
    expect(sampleOf({ prompt: "Hi", completion: "Hello" })).toEqual(chat);
    expect(sampleOf({ prompt: [user], completion: [assistant] })).toEqual(chat);
  });

  test("ShareGPT in both spellings", () => {
    const chat = { kind: "chat", messages: [user, assistant] };
    const spelled = [
      { from: "human", value: "Hi" },
      { from: "gpt", value: "Hello" },
    ];
    expect(sampleOf({ conversations: spelled })).toEqual(chat);
    expect(sampleOf({ conversations: [user, assistant] })).toEqual(chat);
  });

  test.each(["conversation", "dialogue", "dialog"])("its list under the name %s", (key) => {
    const chat = { kind: "chat", messages: [user, assistant] };
    expect(sampleOf({ [key]: [user, assistant], [`${key}_id`]: 3 })).toEqual(chat);
    expect(sampleOf({ [key]: [{ from: "human", value: "Hi" }, assistant] })).toEqual(chat);
    // a text of that name is not a list of turns
    expect(sampleOf({ [key]: "Hi", text: "Hi" })).toEqual({ kind: "text", text: "Hi" });
  });

  test("null stands for a column that the row does not have", () => {
    const chat = { kind: "chat", messages: [user, assistant] };
    const absent = { messages: null, instruction: null, prompt: null, conversations: null };
    expect(sampleOf({ ...absent, output: null, text: "Hi" })).toEqual({ kind: "text", text: "Hi" });
    const turns = [user, assistant].map((turn) => ({ from: null, value: null, ...turn }));
    expect(sampleOf({ messages: null, conversations: turns, text: null })).toEqual(chat);
    expect(sampleOf({ messages: [{ ...user, tool_calls: null }, assistant] })).toEqual(chat);
    expect(sampleOf({ messages: [user, { ...assistant, tool_calls: [] }] })).toEqual(chat);
  });

  test("tool calls, their answers, reasoning, weights, names and tools", () => {
    const tool = { type: "function", function: { name: "add", parameters: {} } };
    const written = { name: "add", arguments: '{"a": 1.0, "b": [2]}' };
    const calls = [
      { id: 7, type: "function", function: written },
      { name: "add", arguments: { a: null } },
      { function: { name: "now", arguments: "" } },
    ];
    const messages = [
      { role: "user", content: "Hi", name: "ann", weight: null },
      { role: "assistant", content: null, tool_calls: calls, reasoning_content: "Add.", weight: 0 },
      { role: "tool", content: "3", tool_call_id: "7", name: "add" },
      { role: "assistant", content: "3", function_call: { name: "add" }, weight: 0.5 },
      { role: "function", content: "4", name: "add" },
      { role: "assistant", content: "", tool_calls: [{ name: "now" }], thinking: "When?" },
      { role: "assistant", content: "4", reasoning: "So.", tool_calls: null },
    ];
    const expected = [
      { role: "user", content: "Hi", name: "ann" },
      {
        role: "assistant",
        reasoning: "Add.",
        weight: 0,
        toolCalls: [
          { id: "7", ...written },
          { name: "add", arguments: { a: null } },
          { name: "now", arguments: {} },
        ],
      },
      { role: "tool", content: "3", toolCallId: "7", name: "add" },
      { role: "assistant", content: "3", toolCalls: [{ name: "add", arguments: {} }], weight: 0.5 },
      { role: "tool", content: "4", name: "add" },
      {
        role: "assistant",
        content: "",
        toolCalls: [{ name: "now", arguments: {} }],
        reasoning: "When?",
      },
      { role: "assistant", content: "4", reasoning: "So." },
    ];
    expect(sampleOf({ messages, tools: [tool] })).toEqual({
      kind: "chat",
      messages: expected,
      tools: [tool],
    });
    const chat = { kind: "chat", messages: [user, assistant], tools: [tool] };
    expect(sampleOf({ messages: [user, assistant], tools: JSON.stringify([tool]) })).toEqual(chat);
    expect(sampleOf({ prompt: [user], completion: [assistant], tools: [tool] })).toEqual(chat);
    const former = { conversations: [user, assistant], functions: [tool.function], tools: null };
    expect(sampleOf(former)).toEqual(chat);
    expect(sampleOf({ messages: [user, assistant], tools: [] })).toEqual({
      kind: "chat",
      messages: [user, assistant],
    });
  });

  test("content in parts, kinds that are not text among them", () => {
    const parts = [
      { type: "text", text: "What is " },
      { type: "image_url", image_url: { url: "a.png" } },
    ];
    const messages = [{ role: "user", content: parts }, assistant];
    expect(sampleOf({ messages })).toEqual({ kind: "chat", messages });
  });

  test("a text-to-SQL example in both forms", () => {
    const table = { name: "singers", columns: [{ name: "age", type: "number" }] };
    const example = wikisqlRow("How old?", table, "SELECT age FROM singers");
    expect(example.prompt).toBe("Table: singers ( age number )\nQuestion: How old?");
    expect(sampleOf(sqlChatRow(example))).toMatchObject({ kind: "chat" });
    expect(sampleOf(sqlTextRow(example))).toEqual({
      kind: "text",
      text: "Table: singers ( age number )\nQuestion: How old?\nSQL: SELECT age FROM singers",
    });
  });
});

describe("rows that are not", () => {
  const roles = "roles are system, user, assistant, tool, function";
  test.each<[string, unknown, string[]]>([
    [
      "no assistant",
      { messages: [user] },
      [
        "messages: no assistant message: nothing to learn from " +
          "(missing required roles: assistant)",
      ],
    ],
    [
      "no user",
      { messages: [assistant] },
      ["messages: no user message (missing required roles: user)"],
    ],
    ["no messages", { messages: [] }, ["messages: is empty"]],
    [
      "messages of another kind",
      { messages: "Hi" },
      ["messages: must be a list of messages, not a string"],
    ],
    [
      "a message of another kind",
      { messages: [null] },
      ["messages[0]: must be an object, not null"],
    ],
    [
      "several faults at once",
      { messages: [{ role: "bot", content: "" }, { content: 3 }] },
      [
        `messages[0].role: unknown role "bot"; ${roles}`,
        "messages[0].content: is empty",
        `messages[1].role: role is missing; ${roles}`,
        "messages[1].content: must be a string, not a number",
      ],
    ],
    [
      "a role from Object",
      { messages: [{ role: "constructor", content: "x" }] },
      [`messages[0].role: unknown role "constructor"; ${roles}`],
    ],
    [
      "blank content",
      { messages: [user, { role: "assistant", content: " \n" }] },
      ["messages[1].content: is empty"],
    ],
    [
      "a tool call, which would be lost",
      {
        messages: [
          user,
          { ...assistant, tool_calls: [{ type: "function" }] },
          { role: "assistant", content: null, function_call: { name: "add", arguments: "[1]" } },
          { role: "assistant", tool_calls: [{ function: { name: "a", arguments: deep(80) } }] },
          {
            role: "assistant",
            tool_calls: [{ function: { name: "a", arguments: '{"n": 12345678901234567890}' } }],
          },
          { role: "assistant", tool_calls: "add" },
        ],
      },
      [
        "messages[1].tool_calls[0].name: is missing",
        "messages[2].function_call.arguments: must be an object or the JSON text of one",
        "messages[3].tool_calls[0].function.arguments: is nested deeper than 64 levels",
        "messages[4].tool_calls[0].function.arguments: holds the number 12345678901234567000, " +
          "which is too large to be kept exactly: write it as a string",
        "messages[5].tool_calls: must be a list of calls, not a string",
      ],
    ],
    [
      "parts that are none",
      {
        messages: [
          { role: "user", content: [{ text: "a" }, "b", { type: "text", text: 3 }] },
          { role: "assistant", content: [] },
          { role: "assistant", content: [{ type: "text", text: " " }] },
          { role: "assistant", content: [{ type: "image_url", image_url: deep(80) }] },
        ],
      },
      [
        "messages[0].content[0].type: must say what kind of part it is, as text or image_url",
        "messages[0].content[1]: must be an object, not a string",
        "messages[0].content[2].text: must be a string, not a number",
        "messages[1].content: is empty",
        "messages[2].content: is empty",
        "messages[3].content[0]: is nested deeper than 64 levels",
      ],
    ],
    [
      "what only the assistant has, and values of other kinds",
      {
        messages: [
          { ...user, weight: 0, tool_calls: [{ name: "add" }], reasoning: "Hm" },
          { ...assistant, weight: -1 },
          { ...assistant, weight: "1", reasoning_content: 3, name: {} },
          { ...assistant, weight: JSON.parse("1e999") as number },
          { ...assistant, weight: 1e39 },
        ],
        tools: ["add", deep(80)],
      },
      [
        "messages[0].tool_calls: only assistant messages have it, not a user message",
        "messages[0].reasoning: only assistant messages have it, not a user message",
        "messages[0].weight: only assistant messages have it, not a user message",
        "messages[1].weight: must be a number from 0 on, not -1",
        "messages[2].reasoning_content: must be a string, not a number",
        'messages[2].weight: must be a number from 0 on, not "1"',
        "messages[2].name: must be a string, not an object",
        "messages[3].weight: must be a number from 0 on, not Infinity",
        "messages[4].weight: must be a number from 0 on, not 1e+39",
        "tools[0]: must be an object, not a string",
        "tools[1]: is nested deeper than 64 levels",
      ],
    ],
    [
      "tools that are no list",
      { messages: [user, assistant], tools: "{}" },
      ["tools: must be a list of tools or the JSON text of one"],
    ],
    ["only null", { messages: null }, [expect.stringMatching(/^row: unknown format.*messages$/)]],
    ["empty text", { text: " " }, ["text: is empty"]],
    ["text of another kind", { text: ["a"] }, ["text: must be a string, not an array"]],
    [
      "no output",
      { instruction: "Add", input: 3 },
      ["input: must be a string, not a number", "output: is missing"],
    ],
    [
      "empty completion",
      { prompt: "", completion: {} },
      ["prompt: is empty", "completion: must be a string, not an object"],
    ],
    ["not an object", [1], ["row: a row must be an object, not an array"]],
  ])("%s", (_name, value, problems) => expect(problemsOf(value)).toEqual(problems));

  test("a row of no known format names its fields", () => {
    expect(problemsOf({ question: "x", answer: "y" })[0]).toMatch(
      /unknown format: .* this one has the fields question, answer/,
    );
    expect(problemsOf({})[0]).toMatch(/this one has no fields/);
  });
});

describe("formats", () => {
  test("an unknown name lists the valid ones", () => {
    expect(() => parseRow({ text: "a" }, "caht", place)).toThrow(DataFormatError);
    expect(() => formats.get("caht")).toThrow(/Unknown data format 'caht'.*auto, chat, .*mlx/);
  });

  test("a row with messages and text is a chat, unless text is asked for", () => {
    const both = { messages: [user, assistant], text: "Hi" };
    expect(sampleOf(both)).toMatchObject({ kind: "chat" });
    expect(sampleOf(both, "text")).toMatchObject({ kind: "text" });
  });

  test("a row of another format than asked for is a problem of that kind", () => {
    expect(parseRow({ messages: [user, assistant] }, "mlx", place)).toEqual({
      problems: [
        {
          kind: "format",
          ...place,
          message: "the row is in chat message format, not in MLX text format",
        },
      ],
    });
  });
});
