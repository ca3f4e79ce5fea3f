// Every registered format, from a template that writes it: found by its source, read back as what was said, the same
// however the text is cut, and nothing lost of what is no call.
import { describe, expect, test } from "vitest";
import {
  answerFormatOf,
  answerFormats,
  type AnswerFormat,
  type AnswerOptions,
  type AnswerPart,
  AnswerReader,
  markTokens,
  opensReasoning,
  readAnswer,
  toolConstraintParts,
} from "../../../../src/text/index.ts";
import type { JsonObject, ToolCall } from "../../../../src/text/types.ts";
import {
  answerTemplates,
  type AnswerTemplate,
  sourceOf,
  written,
} from "../../../support/answer-templates.ts";

const parameters: JsonObject = {
  type: "object",
  properties: {
    city: { type: "string" },
    code: { type: "string" },
    days: { type: "integer" },
    factor: { type: "number" },
    isMetric: { type: "boolean" },
    hours: { type: "array", items: { type: "string" } },
    options: { type: "object" },
  },
};

const tools: JsonObject[] = [
  {
    type: "function",
    function: { name: "get_weather", description: "Tells the weather.", parameters },
  },
  { type: "function", function: { name: "now", parameters: { type: "object", properties: {} } } },
];

const first: ToolCall = {
  id: "abcdefgh1",
  name: "get_weather",
  arguments: {
    city: "Zü\"r}i'ch {[ \n東京 👍🏽 </b> \\d",
    code: "007",
    days: 3,
    factor: -0.5,
    isMetric: true,
    hours: ["a, b", "c"],
    options: { deep: { list: [1, [2]], nothing: null }, text: "}" },
  },
};
const second: ToolCall = { id: "abcdefgh2", name: "now", arguments: {} };

const names = answerFormats.map(({ format }) => format.name);

/** Formats in which text that is no call may hold marks of other sections, which are taken out of it. */
const sectioned = new Set([
  "kimi-elements",
  "muse",
  "harmony",
  "cohere",
  "solar",
  "gemma",
  "function-gemma",
]);

function templateOf(name: string): AnswerTemplate {
  const template = answerTemplates[name];
  if (template === undefined) throw new Error(`tests/support/answer-templates.ts lacks ${name}`);
  return template;
}

function withoutId({ name, arguments: given }: ToolCall): ToolCall {
  return { name, arguments: given };
}

function joined(parts: readonly AnswerPart[]): AnswerPart[] {
  const whole: AnswerPart[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (last === undefined || part.kind === "tool-call" || last.kind !== part.kind)
      whole.push(part);
    else whole.splice(-1, 1, { ...last, text: (last as typeof part).text + part.text });
  }
  return whole;
}

function partsOf(format: AnswerFormat, pieces: readonly string[], options: AnswerOptions): string {
  const reader = new AnswerReader(format, options);
  const parts = joined([...pieces.flatMap((piece) => reader.add(piece)), ...reader.end()]);
  return JSON.stringify(parts, null, 1);
}

/** Small and repeatable (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function cutAnywhere(text: string, random: () => number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random() * 12);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** Cut in two at every place, or at one in `step`; character by character; and anywhere. */
function expectSameHoweverCut(
  format: AnswerFormat,
  text: string,
  options: AnswerOptions,
  step = 1,
): void {
  const whole = partsOf(format, [text], options);
  for (let at = 1; at < text.length; at += step) {
    const cut = partsOf(format, [text.slice(0, at), text.slice(at)], options);
    if (cut !== whole) expect(cut, `cut at ${at}`).toBe(whole);
  }
  expect(partsOf(format, text.split(""), options)).toBe(whole);
  const random = generator(text.length + 1);
  for (let time = 0; time < 20; time++)
    expect(partsOf(format, cutAnywhere(text, random), options)).toBe(whole);
}

describe.each(names)("%s", (name) => {
  const template = templateOf(name);
  const format = answerFormatOf({ source: sourceOf(template) });
  const told = (calls: ToolCall[]): ToolCall[] =>
    template.hasIds === true ? calls : calls.map(withoutId);
  const read = (text: string, options: AnswerOptions = { tools }) => {
    const { toolCalls, ...rest } = readAnswer(format, text, options);
    const own = template.hasIds === true ? toolCalls : toolCalls.map(withoutId);
    return { ...rest, toolCalls: own };
  };

  test("is found by its template", () => {
    expect(format.name).toBe(name);
  });

  test("text, and nothing else", () => {
    const text = written(template, { content: "Just so.\n\n  <b>{not} [a] call</b>" }, tools);
    expect(read(text)).toEqual({
      content: "Just so.\n\n  <b>{not} [a] call</b>",
      toolCalls: [],
    });
  });

  test("a call", () => {
    const text = written(template, { toolCalls: [first] }, tools);
    expect(read(text)).toEqual({ content: "", toolCalls: told([first]) });
    expectSameHoweverCut(format, text, { tools }, 7);
  });

  test("a call without arguments", () => {
    const text = written(template, { toolCalls: [second] }, tools);
    expect(read(text)).toEqual({ content: "", toolCalls: told([second]) });
  });

  test("text before two calls", () => {
    const content = "I will look: 1 < 2 & “so”.";
    const text = written(template, { content, toolCalls: [first, second] }, tools);
    expect(read(text)).toEqual({ content, toolCalls: told([first, second]) });
    expectSameHoweverCut(format, text, { tools });
  });

  test("text after a call", () => {
    const { content: marks = ["\n", ""] } = template;
    const text = written(template, { toolCalls: [first] }, tools) + marks[0] + "Done?" + marks[1];
    expect(read(text)).toEqual({ content: "Done?", toolCalls: told([first]) });
  });

  test("thoughts, also where the prompt began them", () => {
    if (template.thought === undefined) return;
    const reasoning = "First {this}.\n\nThen <that>: [x] 👍";
    const text = written(template, { reasoning, content: "So.", toolCalls: [first] }, tools);
    expect(read(text)).toEqual({ reasoning, content: "So.", toolCalls: told([first]) });
    expectSameHoweverCut(format, text, { tools });
    const [open] = template.thought;
    expect(opensReasoning(format, `Q A:${open}`)).toBe(true);
    expect(opensReasoning(format, `Q A:`)).toBe(false);
    const options = { tools, startsInReasoning: true };
    const rest = text.slice(text.indexOf(open) + open.length);
    expect(read(rest, options)).toEqual({ reasoning, content: "So.", toolCalls: told([first]) });
    expectSameHoweverCut(format, rest, options, 7);
  });

  test("a thought without end", () => {
    if (template.thought === undefined) return;
    const text = `${template.thought[0]}And so on`;
    expect(read(text)).toEqual({ reasoning: "And so on", content: "", toolCalls: [] });
  });

  test("a function that is not offered stays text", () => {
    const text = written(template, { toolCalls: [first] }, tools);
    const { toolCalls, content } = read(text, { tools: tools.slice(1) });
    expect(toolCalls).toEqual([]);
    if (!sectioned.has(name)) expect(content).toBe(text);
    expect(content).toContain("get_weather");
    expect(content).toContain("東京 👍🏽");
    expectSameHoweverCut(format, text, { tools: tools.slice(1) }, 7);
  });

  test("a call cut off stays text, or is whole but for its last mark", () => {
    const text = written(template, { content: "So: ", toolCalls: [first] }, tools);
    for (let length = 1; length < text.length; length++) {
      const cut = text.slice(0, length);
      const { content, toolCalls } = read(cut);
      if (toolCalls.length > 0) expect(toolCalls).toEqual(told([first]));
      else if (!sectioned.has(name)) expect(content).toBe(cut);
      else if (cut.includes("city"))
        expect(content).toContain(cut.slice(cut.lastIndexOf("get_weather")));
    }
  });

  test("broken text loses nothing and is the same however it is cut", () => {
    const text = written(template, { content: "So: ", toolCalls: [first, second] }, tools);
    const random = generator(7);
    const at = (): number => Math.floor(random() * text.length);
    for (let time = 0; time < 30; time++) {
      const broken = text.slice(0, at()) + text.slice(at()) + text.slice(at());
      const alone = partsOf(format, broken.split(""), { tools });
      expect(alone).toBe(partsOf(format, [broken], { tools }));
      if (sectioned.has(name)) continue;
      const { content, toolCalls } = readAnswer(format, broken, { tools: [] });
      expect(toolCalls).toEqual([]);
      expect(content).toBe(broken);
    }
  });

  test("tells at once what can be no mark", () => {
    const reader = new AnswerReader(format, { tools });
    const [open = "", close = ""] = template.content ?? [];
    reader.add(open);
    expect(reader.add("Well")).toEqual([{ kind: "content", text: "Well" }]);
    expect(reader.add(", yes")).toEqual([{ kind: "content", text: ", yes" }]);
    expect(joined([...reader.add(`.${close}`), ...reader.end()])).toEqual([
      { kind: "content", text: "." },
    ]);
  });

  test("its marks are shown, where they are special tokens", () => {
    const thought = template.thought && { reasoning: "So." };
    const text = written(template, { ...thought, content: "So.", toolCalls: [first] }, tools);
    const marks = text.match(/<\|?[a-z/｜]+[▁｜\w:|]*>|\[[A-Z_/]+\]|<\w+\|>/gi) ?? [];
    const special = [...marks.filter((mark) => mark !== "</b>"), "<|unrelated|>"];
    const shown = markTokens(format, special);
    for (const mark of special.slice(0, -1)) {
      const isPlain = /^<\/?(invoke|parameter|function|param|minimax:tool_call)/.test(mark);
      if (!isPlain) expect([...shown], mark).toContain(mark);
    }
    expect(shown.has("<|unrelated|>")).toBe(false);
  });

  test("parts for a decoder give a call that is read", () => {
    const parts = toolConstraintParts(format, tools, "required");
    if (parts === undefined) return;
    expect(parts.map((part) => part.name)).toEqual(["get_weather", "now"]);
    const [part] = toolConstraintParts(format, tools, { name: "get_weather" }) ?? [];
    expect(part?.schema).toBe(parameters);
    const text = `${part?.prefix}${JSON.stringify(first.arguments)}${part?.suffix}`;
    const { content, toolCalls } = readAnswer(format, text, { tools });
    expect(content).toBe("");
    expect(toolCalls).toMatchObject([{ name: "get_weather", arguments: first.arguments }]);
    expect(toolConstraintParts(format, tools, { name: "other" })).toEqual([]);
  });

  test("no mark begins another", () => {
    const opens = format.marks.map(({ open }) => open);
    for (const open of opens)
      expect(opens.filter((other) => other !== open && other.startsWith(open))).toEqual([]);
  });
});
