// What an export to Ollama says of a chat template and of drawing tokens. That Ollama reads it so is
// tests/interop/share/ollama.test.ts.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { filesMadeBy } from "../../../src/core/named-files.ts";
import { between, type ChatShape, chatShape, said } from "../../../src/export/chat/chat-shape.ts";
import { toolShape } from "../../../src/export/chat/tool-shape.ts";
import { goString, goTemplate } from "../../../src/export/ollama/go-template.ts";
import { isQuotable } from "../../../src/export/ollama/modelfile.ts";
import { withoutBos } from "../../../src/export/ollama/ollama-chat.ts";
import { drawingParameters } from "../../../src/export/ollama/parameters.ts";
import { ChatTemplate } from "../../../src/text/jinja/chat-template.ts";

const found = (source: string): ReturnType<typeof chatShape> => {
  const template = new ChatTemplate(source, { bos_token: "<s>", eos_token: "</s>" });
  return chatShape({ promptText: (messages) => template.text({ messages }, true) });
};

function shapeIn(source: string): ChatShape {
  const answer = found(source);
  if ("reason" in answer) throw new Error(answer.reason);
  return answer.shape;
}

const loop = (body: string): string =>
  `{{ bos_token }}{% for m in messages %}${body}{% endfor %}{% if add_generation_prompt %}A:{% endif %}`;

describe("tools of a template", () => {
  const folder = new URL("../../fixtures/text/tool-templates/", import.meta.url);
  const toolsIn = (name: string): ReturnType<typeof toolShape> => {
    const source = readFileSync(new URL(name, folder), "utf8");
    const template = new ChatTemplate(source, { bos_token: "<s>", eos_token: "</s>" });
    const renderer: Parameters<typeof toolShape>[1] = {
      promptText: (messages, tools) => template.text({ messages, ...(tools && { tools }) }, true),
    };
    const shape = chatShape(renderer);
    if ("reason" in shape) throw new Error(shape.reason);
    return toolShape(shape.shape, renderer);
  };

  test("have a shape where they stand at the beginning as JSON", () => {
    expect(toolsIn("line-calls.jinja")).toMatchObject({
      tools: {
        isWhole: true,
        call: { arguments: '", "arguments": ' },
        answers: { afterAnswer: "\n</tool_response>\n<tool_response>\n" },
      },
    });
  });

  test.each([
    ["brackets.jinja", "refuses a conversation with calls"],
    ["channels.jinja", "arguments otherwise than as JSON"],
    ["headers.jinja", "change what is around them"],
  ])("have none in %s, and it is said why", (name, why) => {
    expect(toolsIn(name)).toEqual({ reason: expect.stringContaining(why) as string });
  });
});

describe("a template that looks at who speaks", () => {
  const shape = shapeIn(loop("{{ m.role }}:{{ m.content | trim }};"));

  test("has what stands between contents, and what is taken off them", () => {
    expect(shape.gaps.get(between("start", "user"))).toBe("<s>user:");
    expect(shape.gaps.get(between("user", "assistant"))).toBe(";assistant:");
    expect(shape.gaps.get(between("user", "answer"))).toBe(";A:");
    expect(shape.trims.user).toEqual({ start: "spaces", end: "spaces" });
  });

  test("is said as it says", () => {
    expect(said(shape, [{ role: "user", content: " Hi\n" }])).toBe("<s>user:Hi;A:");
  });

  test("leaves the first token to whoever puts it there", () => {
    const gaps = withoutBos(shape, "<s>").gaps;
    expect(gaps.get(between("start", "user"))).toBe("user:");
    expect(gaps.get(between("start", "system"))).toBe("system:");
  });

  test("becomes a TEMPLATE that ends where the answer begins", () => {
    expect(goTemplate(shape)).toMatch(/\{\{ ";A:" \}\}\{\{ end \}\}$/);
  });
});

describe("a template that looks at more", () => {
  test.each([
    ["how many messages there are", loop("{{ loop.length }}{{ m.content }}"), "start and user"],
    ["which question is the last", loop("{% if loop.last %}!{% endif %}{{ m.content }}"), "writes"],
    ["what is in a content", loop("{{ m.content | replace('Hi', 'Ho') }}"), "who speaks"],
    ["the last message alone", "{{ messages[-1].content }}", "leaves some out"],
    ["tools that are not there", "{{ tools[0].name }}{{ messages[0].content.x.y }}", ""],
  ])("%s", (_, source, reason) => {
    expect(found(source)).toHaveProperty("reason");
    expect((found(source) as { reason: string }).reason).toContain(reason);
  });
});

test("strings are Go's, with what Modelfiles would drop escaped", () => {
  expect(goString('a "b"\n\u00a0é\u{e0001}')).toBe(String.raw`"a \"b\"\n\u00a0é\U000e0001"`);
});

test("three quotes at a line's end cannot be quoted", () => {
  expect(isQuotable('say """ here')).toBe(true);
  expect(isQuotable('say """\nhere')).toBe(false);
});

const parametersOf = (config: object) =>
  drawingParameters(
    filesMadeBy("", new Map([["generation_config.json", () => JSON.stringify(config)]])),
  );

test("drawing is told in Ollama's words; greedy where nothing is drawn", () => {
  expect(
    parametersOf({ temperature: 0.6, top_k: 20, repetition_penalty: 1.1, eos_token_id: 2 }),
  ).toEqual([
    ["temperature", 0.6],
    ["top_k", 20],
    ["repeat_penalty", 1.1],
  ]);
  expect(parametersOf({ do_sample: false, temperature: 0.6 })).toEqual([["temperature", 0]]);
  expect(parametersOf({})).toEqual([]);
});
