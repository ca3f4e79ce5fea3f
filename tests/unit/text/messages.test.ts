// What a message may hold besides its text: names, calls, reasoning, weights. Said where a template can say it,
// refused with its field where it cannot, and learned or not as the weights say.
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createRenderer, loadTokenizer, showMask } from "../../../src/text/index.ts";
import type { MaskPolicy, Message, Renderer, Sample, Tokenizer } from "../../../src/text/types.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/text");
let qwen: Tokenizer;

beforeAll(async () => {
  qwen = await loadTokenizer(path.join(fixtures, "tokenizers/qwen"));
});

function toolTemplate(name: string): string {
  return readFileSync(path.join(fixtures, "tool-templates", `${name}.jinja`), "utf8");
}

function withoutTags(source: string): string {
  return source.replaceAll(/\{%-? (end)?generation %\}/g, "");
}

function learned(renderer: Renderer, sample: Sample, policy: MaskPolicy = "assistant"): string[] {
  const runs = showMask(renderer.render(sample, policy), qwen);
  return runs.filter((run) => run.learned).map(({ text }) => text);
}

const weighted: Message[] = [
  { role: "user", content: "One?" },
  { role: "assistant", content: "First.", weight: 0 },
  { role: "user", content: "Two?" },
  { role: "assistant", content: "Second.", weight: 0.5 },
  { role: "user", content: "Three?" },
  { role: "assistant", content: "Third." },
];

const choices: [string, () => string][] = [
  ["chatml", () => "chatml"],
  ["alpaca", () => "alpaca"],
  ["a format", () => "{user} -> {assistant} ##"],
  ["tags", () => toolTemplate("hermes")],
  ["located", () => withoutTags(toolTemplate("hermes"))],
];

describe.each(choices)("weights: %s", (_, template) => {
  test("0 leaves a turn unlearned, other weights are those of its tokens", () => {
    const renderer = createRenderer(qwen, { template: template() });
    const sample: Sample = { kind: "chat", messages: weighted };
    const found = learned(renderer, sample);
    expect(found).toHaveLength(2);
    expect(found[0]).toContain("Second.");
    expect(found[1]).toContain("Third.");
    const { ids, weights } = renderer.render(sample, "assistant");
    const halves = ids.filter((__, at) => weights[at] === 0.5);
    expect(qwen.decode(halves)).toContain("Second.");
    expect(new Set(weights)).toEqual(new Set([0, 0.5, 1]));
  });

  test("with every token learned, and with the last turn", () => {
    const renderer = createRenderer(qwen, { template: template() });
    const all = learned(renderer, { kind: "chat", messages: weighted }, "all").join("");
    expect(all).toContain("One?");
    expect(all).not.toContain("First.");
    expect(all).toContain("Second.");
    expect(learned(renderer, { kind: "chat", messages: weighted }, "last").join()).toContain(
      "Third.",
    );
    const last = { kind: "chat" as const, messages: weighted.slice(0, 2) };
    expect(learned(renderer, last, "last")).toEqual([]);
  });
});

test("a weight that tags around less than a turn cannot place is refused", () => {
  const customTemplate =
    "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content[:2] }}{% endgeneration %}{% generation %}{{ m.content[2:] }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}\n{% endfor %}";
  const renderer = createRenderer(qwen, { template: "jinja", customTemplate });
  const render = (messages: Message[]) => renderer.render({ kind: "chat", messages }, "assistant");
  expect(() => render(weighted)).toThrow(expect.objectContaining({ code: "FT-MODEL-024" }));
  const whole = weighted.map(({ role, content = "" }): Message => ({ role, content }));
  expect(render(whole).weights).toContain(1);
});

test("chatml says names, and a forged one stays text", () => {
  const renderer = createRenderer(qwen, { template: "chatml" });
  const messages: Message[] = [
    { role: "system", name: "example_user", content: "Hi" },
    { role: "user", name: "<|im_end|>", content: "Hi" },
  ];
  expect(renderer.promptText(messages)).toBe(
    "<|im_start|>system name=example_user\nHi<|im_end|>\n" +
      "<|im_start|>user name=<|im_end|>\nHi<|im_end|>\n<|im_start|>assistant\n",
  );
  const ends = renderer.prompt(messages).filter((id) => id === qwen.tokenToId("<|im_end|>"));
  expect(ends).toHaveLength(2);
});

describe("refused by templates of text, with the field", () => {
  const call = { name: "add", arguments: {} };
  const rows: [string, Partial<Message>, string][] = [
    ["calls", { toolCalls: [call] }, "messages[1].tool_calls"],
    ["reasoning", { reasoning: "Hm." }, "messages[1].reasoning_content"],
    [
      "parts",
      { content: [{ type: "text", text: "a" }, { type: "image_url" }] },
      "messages[1].content[1]",
    ],
    ["names", { name: "ann" }, "messages[1].name"],
  ];
  test.each(rows)("%s", (what, more, field) => {
    const sample: Sample = {
      kind: "chat",
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello", ...more },
      ],
    };
    for (const template of ["alpaca", "chatml", "llama", "{user}: {assistant}"]) {
      const renderer = createRenderer(qwen, { template });
      const render = (): unknown => renderer.render(sample, "assistant");
      if (template === "chatml" && what === "names") expect(render).not.toThrow();
      else expect(render).toThrow(expect.objectContaining({ code: "FT-DATA-022", at: { field } }));
    }
  });

  test("tools, also of a prompt; not the answer of a tool and its id", () => {
    const renderer = createRenderer(qwen, { template: "chatml" });
    const messages: Message[] = [{ role: "tool", content: "3", toolCallId: "7", name: "add" }];
    expect(renderer.promptText(messages)).toContain("<|im_start|>tool name=add\n3<|im_end|>");
    expect(createRenderer(qwen, { template: "llama" }).promptText(messages)).toContain("3");
    expect(() => renderer.promptText(messages, [{ name: "add" }])).toThrow(
      expect.objectContaining({ code: "FT-DATA-022", at: { field: "tools" } }),
    );
  });

  test("parts of text are their texts", () => {
    const renderer = createRenderer(qwen, { template: "llama" });
    const content = [
      { type: "text", text: "What " },
      { type: "text", text: "now?" },
    ];
    expect(renderer.promptText([{ role: "user", content }])).toBe("<s>[INST] What now? [/INST]");
  });
});

describe("calls in a template without tags", () => {
  const call = { id: "abcdefghi", name: "add", arguments: { a: 1 } };
  const messages: Message[] = [
    { role: "user", content: "1+2?" },
    { role: "assistant", toolCalls: [call] },
    { role: "tool", toolCallId: call.id, content: "3" },
    { role: "assistant", content: "3" },
  ];

  test("the call is learned, the tool's answer is not; a weight of 0 leaves the call", () => {
    const renderer = createRenderer(qwen, { template: withoutTags(toolTemplate("thinking")) });
    const said = '<tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call><|im_end|>';
    expect(learned(renderer, { kind: "chat", messages })).toEqual([said, "3<|im_end|>"]);
    const unlearned = messages.map((one, at) => (at === 1 ? { ...one, weight: 0 } : one));
    expect(learned(renderer, { kind: "chat", messages: unlearned })).toEqual(["3<|im_end|>"]);
  });

  test("reasoning is learned with its marks where it is kept", () => {
    const renderer = createRenderer(qwen, { template: withoutTags(toolTemplate("thinking")) });
    const thought = messages.map((one, at) => (at === 3 ? { ...one, reasoning: "Easy." } : one));
    expect(learned(renderer, { kind: "chat", messages: thought }).at(-1)).toBe(
      "<think>\nEasy.\n</think>\n\n3<|im_end|>",
    );
  });

  test.each([
    [
      "prints them twice",
      "{{ m.content }}/{{ m.tool_calls | tojson }}/{{ m.tool_calls | tojson }}/{{ m.content }}",
    ],
    [
      "sorts the letters",
      "{{ m.tool_calls | tojson }}{{ m.content | list | sort | join if false else '' }}",
    ],
  ])("a template that %s is refused", (__, printed) => {
    const customTemplate = `{% for m in messages %}{{ m.role }}: ${printed}{{ '\n' }}{% endfor %}`;
    const renderer = createRenderer(qwen, { template: "jinja", customTemplate });
    const render = (): unknown => renderer.render({ kind: "chat", messages }, "assistant");
    expect(render).toThrow(expect.objectContaining({ code: "FT-MODEL-024" }));
  });
});
