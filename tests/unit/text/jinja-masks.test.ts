// Masks of chat templates without tags: what is learned is what the assistant said and how it ended, shown
// on templates that trim, drop earlier reasoning, or merge the system text; or the template is refused.
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import {
  createRenderer,
  loadTokenizer,
  renderConversation,
  showMask,
} from "../../../src/text/index.ts";
import type { MaskPolicy, Message, Tokenizer } from "../../../src/text/types.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/text");
const tokenizers: Record<string, Tokenizer> = {};
const kinds = ["qwen", "digits", "llama3", "mistral", "gemma", "gpt2"];

beforeAll(async () => {
  for (const kind of kinds) {
    tokenizers[kind] = await loadTokenizer(path.join(fixtures, "tokenizers", kind));
  }
});

interface Choice {
  kind: string;
  template: string;
}

const choices = {
  lines: { kind: "digits", template: "chatml-line" },
  headers: { kind: "llama3", template: "headers" },
  inst: { kind: "mistral", template: "inst" },
  turns: { kind: "gemma", template: "turns" },
  reasoning: { kind: "qwen", template: "reasoning" },
} satisfies Record<string, Choice>;

function fileOf(template: string): string {
  return readFileSync(path.join(fixtures, "templates", `${template}.jinja`), "utf8");
}

function learned(choice: Choice, messages: Message[], mask: MaskPolicy = "assistant"): string[] {
  const tokenizer = tokenizers[choice.kind] as Tokenizer;
  const customTemplate = fileOf(choice.template);
  const rendered = renderConversation(tokenizer, messages, {
    template: "jinja",
    customTemplate,
    mask,
  });
  expect(rendered.weights).toHaveLength(rendered.ids.length);
  const runs = showMask(rendered, tokenizer);
  return runs.filter((run) => run.learned).map(({ text }) => text);
}

function turns(...contents: string[]): Message[] {
  return contents.map((content, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content }));
}

const endOf: Record<keyof typeof choices, string> = {
  lines: "<|im_end|>",
  headers: "<|eot_id|>",
  inst: "</s>",
  turns: "<end_of_turn>",
  reasoning: "<|im_end|>",
};

/** Small and repeatable; any generator would do (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const words = [
  ...[
    "the",
    "river",
    "12",
    "é",
    "e\u0301",
    "👩‍👩‍👧‍👦",
    "👍🏽",
    "你好",
    "שלום",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "{{ x }}",
  ],
  ...[
    "{% if %}",
    "<b>",
    "user",
    "assistant",
    "[INST",
    "###",
    "\u00a0",
    "\ufeff",
    "'s",
    "don't",
    ",",
    ".",
  ],
];

function sentence(random: () => number): string {
  const count = 1 + Math.floor(random() * 8);
  const pick = (): string => words[Math.floor(random() * words.length)] ?? "";
  return Array.from({ length: count }, pick).join(random() < 0.5 ? " " : "");
}

describe.each(Object.entries(choices))("%s", (name, choice) => {
  const end = endOf[name as keyof typeof choices];

  test("learned text is the answers, each with its end mark, for any contents", () => {
    const random = generator(7);
    for (let round = 0; round < 60; round++) {
      const said = Array.from({ length: 2 + 2 * Math.floor(random() * 3) }, () => sentence(random));
      const answers = said.filter((_, at) => at % 2 === 1);
      const squeezed = (text: string): string => text.normalize("NFC").replace(/[\s\ufeff]+/g, "");
      const expected = answers.map((answer) => squeezed(answer + end));
      expect(learned(choice, turns(...said)).map(squeezed), JSON.stringify(said)).toEqual(expected);
      expect(learned(choice, turns(...said), "last").map(squeezed)).toEqual(expected.slice(-1));
    }
  });

  test("all: nothing is left out", () => {
    const messages = turns("Hi", "Hello", "And?", "So.");
    const whole = learned(choice, messages, "all");
    expect(whole).toHaveLength(1);
    expect(whole[0]).toContain("And?");
  });

  test("an empty answer is learned by its end mark alone", () => {
    expect(learned(choice, turns("Say nothing.", "")).map((run) => run.trim())).toEqual([end]);
  });
});

describe("templates that change what was said", () => {
  const thought = (reason: string, answer: string): string =>
    `<think>\n${reason}\n</think>\n\n${answer}`;

  test("reasoning is learned where it is kept: in the last turn, with its opening", () => {
    const messages = turns("2+2?", thought("Two and two.", "4"), "3+3?", thought("Three.", "6"));
    expect(learned(choices.reasoning, messages)).toEqual([
      "4<|im_end|>",
      `${thought("Three.", "6")}<|im_end|>`,
    ]);
  });

  test("its line breaks may be set anew", () => {
    const messages = turns("3+3?", "<think>Three.\n\nTwice.</think>6");
    expect(learned(choices.reasoning, messages)).toEqual([
      `${thought("Three.\n\nTwice.", "6")}<|im_end|>`,
    ]);
  });

  test("an empty block that the template adds is not learned", () => {
    expect(learned(choices.reasoning, turns("Hi", "Hello"))).toEqual(["Hello<|im_end|>"]);
  });

  test("a merged system text does not move the mask", () => {
    const messages: Message[] = [{ role: "system", content: "Hello" }, ...turns("Hello", "Hello")];
    expect(learned(choices.turns, messages)).toEqual(["Hello<end_of_turn>"]);
    expect(learned(choices.inst, messages)).toEqual([" Hello</s>"]);
  });

  test("a tool's answer is not learned, both of the assistant's are", () => {
    const messages: Message[] = [
      { role: "user", content: "Weather?" },
      { role: "assistant", content: "Let me look." },
      { role: "tool", content: '{"rain": true}' },
      { role: "assistant", content: "It rains." },
    ];
    expect(learned(choices.reasoning, messages)).toEqual([
      "Let me look.<|im_end|>",
      "It rains.<|im_end|>",
    ]);
  });
});

describe("a template whose turns cannot be located is refused", () => {
  test.each([
    [
      "drops them",
      "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}",
    ],
    ["changes letters", "{% for m in messages %}{{ m.content | upper }}{% endfor %}"],
    ["prints them twice", "{% for m in messages %}{{ m.content }}/{{ m.content }}{% endfor %}"],
    [
      "marks nothing",
      "{% for m in messages %}{{ m.content }}{% endfor %}{% if false %}{% generation %}{% endgeneration %}{% endif %}",
    ],
  ])("%s", (_, customTemplate) => {
    const tokenizer = tokenizers["gpt2"] as Tokenizer;
    const renderer = createRenderer(tokenizer, { template: "jinja", customTemplate });
    const sample = { kind: "chat" as const, messages: turns("Hi", "Hello there") };
    expect(() => renderer.render(sample, "assistant")).toThrow(ModelError);
    expect(() => renderer.render(sample, "assistant")).toThrow("assistant turn 1");
    expect(renderer.render(sample, "all").ids.length).toBeGreaterThan(0);
  });
});

test("showMask keeps characters whole that no single token holds", () => {
  const tokenizer = tokenizers["gpt2"] as Tokenizer;
  const ids = tokenizer.encode("a👍b");
  expect(ids.length).toBeGreaterThan(5);
  for (let cut = 0; cut <= ids.length; cut++) {
    const weights = ids.map((_, at) => (at < cut ? 0 : 1));
    const runs = showMask({ ids, weights }, tokenizer);
    expect(runs.map(({ text }) => text).join("")).toBe("a👍b");
    expect(runs.every(({ text }) => !text.includes("\ufffd"))).toBe(true);
  }
});
