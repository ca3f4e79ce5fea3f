// Answers as models really write them: odd JSON, Python and elements, calls in thoughts and in texts, marks that come
// to nothing, and what is told at which moment.
import { describe, expect, test } from "vitest";
import {
  answerFormatOf,
  answerFormats,
  type AnswerFormat,
  type AnswerPart,
  AnswerReader,
  opensReasoning,
  plainAnswers,
  readAnswer,
  toolConstraintParts,
} from "../../../../src/text/index.ts";
import type { JsonObject } from "../../../../src/text/types.ts";

function named(name: string): AnswerFormat {
  const found = answerFormats.find(({ format }) => format.name === name);
  if (found === undefined) throw new Error(`no format ${name}`);
  return found.format;
}

const hermes = named("hermes");
const call = (name: string, given: JsonObject | string) => ({ name, arguments: given });

/** The parts told by each piece, and by the end. */
function told(format: AnswerFormat, pieces: readonly string[], options = {}): AnswerPart[][] {
  const reader = new AnswerReader(format, options);
  return [...pieces.map((piece) => reader.add(piece)), reader.end()];
}

const content = (text: string): AnswerPart => ({ kind: "content", text });
const reasoning = (text: string): AnswerPart => ({ kind: "reasoning", text });

describe("what is told when", () => {
  test("blanks and beginnings of marks wait for what follows", () => {
    expect(told(hermes, ["A ", "b\n", "<", "tool", "s>", " c", "\n\n"])).toEqual([
      [content("A")],
      [content(" b")],
      [],
      [],
      [content("\n<tools>")],
      [content(" c")],
      [],
      [content("\n\n")],
    ]);
  });

  test("a thought as it comes, without the blanks around it", () => {
    expect(
      told(plainAnswers, ["<th", "ink>\n", "So", " it", " is.\n", "</think>\n", "\nYes"]),
    ).toEqual([
      [],
      [],
      [reasoning("So")],
      [reasoning(" it")],
      [reasoning(" is.")],
      [],
      [content("Yes")],
      [],
    ]);
  });

  test("a call with its last mark, and the next after it", () => {
    const one = '<tool_call>{"name": "f", "arguments": {"x": 1}}</tool_call>';
    const f: AnswerPart = { kind: "tool-call", call: call("f", { x: 1 }) };
    expect(told(hermes, [one.slice(0, -1), ">", "\n", one, "\n"])).toEqual([
      [],
      [f],
      [],
      [f],
      [],
      [],
    ]);
  });

  test("what is no call, as soon as that is known", () => {
    const llama = named("llama");
    expect(told(llama, ['{"answer', '": 1}'])).toEqual([[], [content('{"answer": 1}')], []]);
    const offered = [{ type: "function", function: { name: "f" } }];
    const pieces = ['{"name": "Ann', '"', ', "parameters": {}}'];
    expect(told(llama, pieces, { tools: offered })).toEqual([
      [],
      [content('{"name": "Ann"')],
      [content(', "parameters": {}}')],
      [],
    ]);
    expect(told(hermes, ["<tool_call> no", " call"])).toEqual([
      [content("<tool_call> no")],
      [content(" call")],
      [],
    ]);
  });

  test("never half a character", () => {
    const [high, low] = ["👍".slice(0, 1), "👍".slice(1)];
    expect(told(hermes, [`a${high}`, low])).toEqual([[content("a")], [content("👍")], []]);
  });
});

describe("JSON", () => {
  const read = (text: string, tools?: JsonObject[]) => readAnswer(hermes, text, tools && { tools });

  test("strings may hold marks, quotes and braces", () => {
    const given = { text: 'a "quoted" </tool_call> }]{[ \\ <think>', é: "\u2028 \u0000" };
    const text = `<tool_call>${JSON.stringify({ name: "f", arguments: given })}</tool_call>`;
    expect(read(text).toolCalls).toEqual([call("f", given)]);
  });

  test("arguments as a text of JSON, as nothing, and with the keys of other formats", () => {
    const rows: [string, JsonObject][] = [
      ['{"name": "f", "arguments": "{\\"x\\": 1}"}', { x: 1 }],
      ['{"name": "f", "arguments": ""}', {}],
      ['{"name": "f", "arguments": null}', {}],
      ['{"name": "f"}', {}],
      ['{"parameters": {"x": 1}, "name": "f"}', { x: 1 }],
      ['{"type": "function", "function": {"name": "f", "arguments": {"x": 1}}}', { x: 1 }],
      ['{"type": "function", "function": "f", "parameters": {"x": 1}}', { x: 1 }],
      ['[{"name": "f", "arguments": {"x": 1}}]', { x: 1 }],
    ];
    for (const [text, given] of rows)
      expect(read(`<tool_call>${text}</tool_call>`), text).toEqual({
        content: "",
        toolCalls: [call("f", given)],
      });
  });

  test("numbers too long for a number leave the arguments the text they are", () => {
    const given = '{"id": 12345678901234567890, "s": "12345678901234567890"}';
    const text = `<tool_call>{"name": "f", "arguments": ${given}}</tool_call>`;
    expect(read(text).toolCalls).toEqual([call("f", given)]);
    const short = given.replace("12345678901234567890,", "0.30000000000000004,");
    expect(read(text.replace(given, short)).toolCalls).toEqual([
      call("f", { id: 0.30000000000000004, s: "12345678901234567890" }),
    ]);
  });

  test("broken calls are text, and whole ones after them calls", () => {
    const good = '<tool_call>{"name": "f", "arguments": {}}</tool_call>';
    const broken = [
      '<tool_call>{"name": "f", "arguments": {"x": }}</tool_call>',
      '<tool_call>{"name": "f", "arguments": [1]}</tool_call>',
      '<tool_call>{"name": "f", "arguments": {}, "extra": 1}</tool_call>',
      "<tool_call>{'name': 'f'}</tool_call>",
      '<tool_call>{"name": "f", "arguments": {}} and more</tool_call>',
      '<tool_call>{"name": "", "arguments": {}}</tool_call>',
      "<tool_call></tool_call>",
      '<tool_call>{"name": "f", "arguments": {"x": "no end}</tool_call>',
    ];
    for (const text of broken) {
      expect(read(text), text).toEqual({ content: text, toolCalls: [] });
      expect(read(`${text} ${good}`), text).toEqual({ content: text, toolCalls: [call("f", {})] });
    }
  });

  test("is refused where it is nested past all use", () => {
    const deep = `<tool_call>{"name": "f", "arguments": {"x": ${"[".repeat(5000)}${"]".repeat(5000)}}}</tool_call>`;
    expect(read(deep)).toEqual({ content: deep, toolCalls: [] });
    const inner = `<tool_call>${'{"function": '.repeat(5000)}`;
    expect(read(inner)).toEqual({ content: inner, toolCalls: [] });
    const python = `[f(x=${"[".repeat(5000)}${"]".repeat(5000)})]`;
    expect(readAnswer(named("pythonic"), python)).toEqual({ content: python, toolCalls: [] });
  });

  test("no functions offered: nothing is a call", () => {
    const text = 'So: <tool_call>{"name": "f", "arguments": {}}</tool_call>';
    expect(read(text, [])).toEqual({ content: text, toolCalls: [] });
  });
});

test("a beginning that is repeated without end is given up, and nothing lost", () => {
  const text = '<tool_call>{"name": "f", "arguments": {"x": \'.'.repeat(20_000);
  const reader = new AnswerReader(hermes);
  const parts = [...(text.match(/.{1,5}/gs) ?? []).flatMap((piece) => reader.add(piece))];
  expect([...parts, ...reader.end()].map((part) => "text" in part && part.text).join("")).toBe(
    text,
  );
});

describe("Python", () => {
  const read = (text: string) =>
    readAnswer(named("lfm"), `<|tool_call_start|>${text}<|tool_call_end|>`);

  test("literals of all kinds", () => {
    const text =
      "[a.b-c( x = 1_000, y=-2.5e3, t=True, n=None, f=false, " +
      String.raw`s='it\'s \u00e9 \x41 \n \d', d="", l=[1, 'a',], p=(1, 2), k={'a': {"b": null}, 1: 2}, ` +
      'm="""two\nlines""")]';
    expect(read(text).toolCalls).toEqual([
      call("a.b-c", {
        x: 1000,
        y: -2500,
        t: true,
        n: null,
        f: false,
        s: "it's é A \n \\d",
        d: "",
        l: [1, "a"],
        p: [1, 2],
        k: { a: { b: null }, "1": 2 },
        m: "two\nlines",
      }),
    ]);
  });

  test("quotes inside a string that a template did not escape", () => {
    expect(read(`[f(x='it's so', y="say "hi" now")]`).toolCalls).toEqual([
      call("f", { x: "it's so", y: 'say "hi" now' }),
    ]);
  });

  test("JSON, where the model was asked for it", () => {
    expect(read('[{"name": "f", "arguments": {"x": 1}}, {"name": "g"}]').toolCalls).toEqual([
      call("f", { x: 1 }),
      call("g", {}),
    ]);
  });

  test("positions, variables and sums are no arguments", () => {
    for (const text of ["[f(1)]", "[f(x=y)]", "[f(x=1+1)]", "[f]", "[]", "[f(x=1]", "f(x=1)"]) {
      const { content: left, toolCalls } = read(text);
      expect([left, toolCalls]).toEqual([`<|tool_call_start|>${text}<|tool_call_end|>`, []]);
    }
  });

  test("lists and links in a text are text", () => {
    const text = "See [this](http://x.y), a[0], [f(x)] and {name}: [1, 2]. { } [ ]";
    for (const name of ["pythonic", "llama"])
      expect(readAnswer(named(name), text)).toEqual({ content: text, toolCalls: [] });
  });
});

describe("elements", () => {
  const coder = named("qwen-coder");
  const tools: JsonObject[] = [
    {
      name: "f",
      input_schema: {
        type: "object",
        properties: {
          text: { type: "string" },
          count: { type: "integer" },
          ratio: { type: ["number", "null"] },
          flag: { type: "boolean" },
          list: { type: "array" },
          thing: { anyOf: [{ type: "object" }, { type: "string" }] },
          kind: { enum: ["1", "2"] },
          level: { enum: [1, 2] },
        },
      },
    },
  ];
  const written = (values: Readonly<Record<string, string>>): string => {
    const parameters = Object.entries(values).map(
      ([key, text]) => `<parameter=${key}>\n${text}\n</parameter>\n`,
    );
    return `<tool_call>\n<function=f>\n${parameters.join("")}</function>\n</tool_call>`;
  };
  const read = (values: Readonly<Record<string, string>>, withTools = true): unknown =>
    readAnswer(coder, written(values), withTools ? { tools } : {}).toolCalls[0]?.arguments;

  test("have the kinds that the schema says", () => {
    const texts = { text: "3", count: "3", ratio: "None", flag: "True", list: "['a', None]" };
    expect(read(texts)).toEqual({
      text: "3",
      count: 3,
      ratio: null,
      flag: true,
      list: ["a", null],
    });
    expect(read({ thing: '{"a": 1}', kind: "1", level: "1" })).toEqual({
      thing: { a: 1 },
      kind: "1",
      level: 1,
    });
  });

  test("keep a text that is not of the kind", () => {
    const texts = { count: "three", flag: "yes", list: '{"a": 1}', thing: "12", ratio: "1e" };
    expect(read(texts)).toEqual(texts);
    expect(read({ count: "12345678901234567890" })).toEqual({ count: "12345678901234567890" });
  });

  test("and schemas nested without end stay text, and end nothing", () => {
    const deep = "[".repeat(50_000) + "]".repeat(50_000);
    expect(read({ list: deep })).toEqual({ list: deep });
    const schema = JSON.parse(
      `${'{"anyOf": ['.repeat(20_000)}{}${"]}".repeat(20_000)}`,
    ) as JsonObject;
    const odd = [{ name: "f", parameters: { properties: { count: schema } } }];
    const { toolCalls } = readAnswer(coder, written({ count: "3" }), { tools: odd });
    expect(toolCalls).toEqual([call("f", { count: 3 })]);
  });

  test("are what they look like where no schema says", () => {
    const texts = { a: "3", b: "true", c: "x", d: "[1]", e: '"q"', f: "1.", g: "" };
    const values = { a: 3, b: true, c: "x", d: [1], e: '"q"', f: 1, g: "" };
    expect(read(texts, false)).toEqual(values);
    expect(read({ unknown: "3" })).toEqual({ unknown: 3 });
  });

  test("keep lines, blanks and marks of their own in texts", () => {
    const text = '\n  def f():\n    return "</parameter> <parameter x>"\n\n';
    expect(read({ text })).toEqual({ text });
    expect(read({ __proto__: "x", constructor: "y" } as never)).toEqual({ constructor: "y" });
  });

  test("are read where the mark around them is missing", () => {
    const bare = written({ count: "3" }).replace("<tool_call>\n", "");
    const expected = { content: "So.", toolCalls: [call("f", { count: 3 })] };
    expect(readAnswer(coder, `So.\n${bare}`, { tools })).toEqual(expected);
    expect(readAnswer(coder, `So.\n${bare.replace("\n</tool_call>", "")}`, { tools })).toEqual(
      expected,
    );
  });
});

describe("thoughts", () => {
  const thought = '<think>Shall I <tool_call>{"name": "f"}</tool_call>?</think>No.';

  test("hold no calls", () => {
    expect(readAnswer(hermes, thought)).toEqual({
      reasoning: 'Shall I <tool_call>{"name": "f"}</tool_call>?',
      content: "No.",
      toolCalls: [],
    });
  });

  test("end where a token begins a call, in formats that have one", () => {
    const text = `So <|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>`;
    expect(readAnswer(named("kimi"), text, { startsInReasoning: true })).toEqual({
      reasoning: "So",
      content: "",
      toolCalls: [{ id: "functions.f:0", ...call("f", {}) }],
    });
  });

  test("are only before the answer: later marks are spoken of", () => {
    const text = "Write <think> first, then </think>.";
    expect(readAnswer(hermes, text)).toEqual({ content: text, toolCalls: [] });
  });

  test("begun by the prompt and by the model once more, or ended without a beginning", () => {
    const options = { startsInReasoning: true };
    expect(readAnswer(hermes, "<think>\nSo.</think>Yes", options)).toEqual({
      reasoning: "So.",
      content: "Yes",
      toolCalls: [],
    });
    expect(readAnswer(hermes, "\n</think>\n\nYes")).toEqual({ content: "Yes", toolCalls: [] });
    expect(readAnswer(hermes, "</think>Yes", options)).toEqual({ content: "Yes", toolCalls: [] });
  });
});

describe("harmony", () => {
  const harmony = named("harmony");

  test("thought, preamble, call and answer", () => {
    const text =
      "<|channel|>analysis<|message|>Hm.<|end|>" +
      "<|start|>assistant<|channel|>commentary<|message|>I look.<|end|>" +
      '<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"x": 1}<|call|>';
    expect(readAnswer(harmony, text)).toEqual({
      reasoning: "Hm.",
      content: "I look.",
      toolCalls: [call("f", { x: 1 })],
    });
    const direct = ' to=functions.f<|channel|>commentary json<|message|>{"x": 1}';
    expect(readAnswer(harmony, direct)).toEqual({ content: "", toolCalls: [call("f", { x: 1 })] });
    const answer = "<|channel|>final<|message|>Yes.<|return|>";
    expect(readAnswer(harmony, answer)).toEqual({ content: "Yes.", toolCalls: [] });
  });

  test("what thoughts and answers say of recipients", () => {
    const text =
      "<|channel|>analysis<|message|>I write to=functions.f, then {}.<|end|>" +
      "<|start|>assistant<|channel|>final<|message|>Write to=functions.f there.<|return|>";
    expect(readAnswer(harmony, text)).toEqual({
      reasoning: "I write to=functions.f, then {}.",
      content: "Write to=functions.f there.",
      toolCalls: [],
    });
  });

  test("a broken call stays text with its header", () => {
    const text = '<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"x": <|call|>';
    expect(readAnswer(harmony, text).content).toBe(text.replace("<|call|>", "").trimEnd());
  });
});

describe("granite and others", () => {
  test("answers between marks", () => {
    const text = "<think>So.</think><response>Yes, <response> it is.</response>";
    expect(readAnswer(named("granite"), text)).toEqual({
      reasoning: "So.",
      content: "Yes, <response> it is.",
      toolCalls: [],
    });
    expect(readAnswer(named("tool-calls"), "<answer>\nYes\n</answer>").content).toBe("Yes");
  });

  test("Mistral's names without the mark before the arguments", () => {
    expect(readAnswer(named("mistral"), '[TOOL_CALLS]f{"x": 1}').toolCalls).toEqual([
      call("f", { x: 1 }),
    ]);
  });

  test("Llama's objects in a row and behind its token", () => {
    const one = '{"name": "f", "parameters": {"x": 1}}';
    const f = call("f", { x: 1 });
    const llama = named("llama");
    expect(readAnswer(llama, `${one}; ${one}`).toolCalls).toEqual([f, f]);
    expect(readAnswer(llama, `${one}\n${one}`).toolCalls).toEqual([f, f]);
    expect(readAnswer(llama, `<|python_tag|>${one}`)).toEqual({ content: "", toolCalls: [f] });
    expect(readAnswer(llama, `Look: ${one}`)).toEqual({ content: "Look:", toolCalls: [f] });
    expect(readAnswer(llama, '{"name": "f"}').toolCalls).toEqual([]);
  });
});

describe("which format", () => {
  test("plain without a template, or with one that shows no calls", () => {
    expect(answerFormatOf({}).name).toBe("plain");
    expect(answerFormatOf({ source: "{{ messages[0].content }}" }).name).toBe("plain");
  });

  test("with the thoughts that the template has", () => {
    const format = answerFormatOf({ source: "{{ '<thinking>' }}…{{ '</thinking>' }}" });
    expect(readAnswer(format, "<thinking>So.</thinking>Yes").reasoning).toBe("So.");
    expect(opensReasoning(format, "… <thinking>\n")).toBe(true);
    expect(opensReasoning(plainAnswers, "… <thinking>\n")).toBe(false);
    expect(plainAnswers.thoughts).toHaveLength(1);
  });

  test("by tokens where the source alone does not tell", () => {
    const source = "List of tools: [";
    expect(answerFormatOf({ source }).name).toBe("plain");
    expect(answerFormatOf({ source, specialTokens: ["<|tool_call_start|>"] }).name).toBe("lfm");
  });

  test("nothing to force where a format writes no JSON", () => {
    expect(toolConstraintParts(named("glm"), [], "required")).toBeUndefined();
    expect(toolConstraintParts(hermes, [{ name: "f" }], "required")).toEqual([
      {
        name: "f",
        prefix: '<tool_call>\n{"name": "f", "arguments": ',
        schema: { type: "object", properties: {} },
        suffix: "}\n</tool_call>",
      },
    ]);
  });
});
