// Thoughts before an answer: learned, there but not learned, or left out; never the empty ones unless asked; and what is
// told where rows and template disagree.
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createRenderer, loadTokenizer, showMask } from "../../../src/text/index.ts";
import { hasReasoning, withoutReasoning } from "../../../src/text/reasoning.ts";
import type { Masking, Message, Renderer, Sample, Tokenizer } from "../../../src/text/types.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/text");
let qwen: Tokenizer;
let renderers: Record<string, Renderer>;

const fileOf = (name: string): string => readFileSync(path.join(fixtures, `${name}.jinja`), "utf8");

beforeAll(async () => {
  qwen = await loadTokenizer(path.join(fixtures, "tokenizers/qwen"));
  const foreign =
    "{% for m in messages %}<|im_start|>{{ m.role }}\n" +
    "{% if m.reasoning_content %}(thinks: {{ m.reasoning_content }}) {% endif %}{{ m.content }}<|im_end|>\n" +
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}";
  renderers = {
    ownTemplate: createRenderer(qwen, { template: "chatml" }),
    likeQwen: createRenderer(qwen, { template: fileOf("templates/reasoning") }),
    withField: createRenderer(qwen, { template: fileOf("tool-templates/thinking") }),
    foreign: createRenderer(qwen, { template: foreign }),
  };
});

const keep: Masking = { turns: "assistant", reasoning: "keep", emptyThoughts: false };
const mask: Masking = { ...keep, reasoning: "mask" };

function chat(...messages: Message[]): Sample {
  return { kind: "chat", messages };
}

const user = (content: string): Message => ({ role: "user", content });
const says = (content: string, more: Partial<Message> = {}): Message => {
  return { role: "assistant", content, ...more };
};

function learned(name: string, sample: Sample, masking: Masking): string {
  const renderer = renderers[name] as Renderer;
  const runs = showMask(renderer.render(sample, masking), qwen);
  return runs.map(({ text, learned: is }) => (is ? `⟦${text}⟧` : "")).join("");
}

const thought = "<think>\nTwo and two.\n</think>\n\n";
const empty = "<think>\n\n</think>\n\n";

describe.each(["ownTemplate", "likeQwen"])("thoughts in the text, %s", (name) => {
  const sample = chat(user("2+2?"), says(`${thought}4`));

  test("are learned with the answer, or stand there unlearned", () => {
    expect(learned(name, sample, keep)).toBe(`⟦${thought}4<|im_end|>⟧`);
    expect(learned(name, sample, mask)).toBe("⟦4<|im_end|>⟧");
  });

  test("that say nothing are learned only where that is asked", () => {
    const silent = chat(user("2+2?"), says(`${empty}4`));
    expect(learned(name, silent, keep)).toBe("⟦4<|im_end|>⟧");
    expect(learned(name, silent, mask)).toBe("⟦4<|im_end|>⟧");
    expect(learned(name, silent, { ...keep, emptyThoughts: true })).toContain("4<|im_end|>⟧");
  });
});

test("an empty thought is learned where that is asked", () => {
  const silent = chat(user("2+2?"), says(`${empty}4`));
  expect(learned("ownTemplate", silent, { ...keep, emptyThoughts: true })).toBe(
    `⟦${empty}4<|im_end|>⟧`,
  );
});

test.each(["withField", "foreign"])("thoughts in a field of their own, %s", (name) => {
  const sample = chat(user("2+2?"), says("4", { reasoning: "Two and two." }));
  expect(learned(name, sample, keep)).toContain("Two and two.");
  const left = learned(name, sample, mask);
  expect(left).not.toContain("Two");
  expect(left).toContain("4<|im_end|>⟧");
});

test("a system text that speaks of marks does not swallow what follows", () => {
  const system: Message = { role: "system", content: "Think between <think> and the answer." };
  const sample = chat(system, user("Hi"), says("Hello"), user("2+2?"), says(`${thought}4`));
  expect(learned("ownTemplate", sample, mask)).toBe("⟦Hello<|im_end|>⟧⟦4<|im_end|>⟧");
});

describe("samples without thoughts", () => {
  test("lose field and marks, and nothing else", () => {
    const call = { name: "add", arguments: {} };
    const sample = chat(
      user("<think>mine</think>"),
      says(`${thought}4`, { reasoning: "x", weight: 0.5 }),
      says("", { reasoning: "y", toolCalls: [call] }),
    );
    expect(hasReasoning(sample)).toBe(true);
    const without = withoutReasoning(sample);
    expect(without).toEqual(
      chat(
        user("<think>mine</think>"),
        says("4", { weight: 0.5 }),
        says("", { toolCalls: [call] }),
      ),
    );
    expect(hasReasoning(without)).toBe(false);
  });

  test("teach nothing where a thought was all there was", () => {
    expect(withoutReasoning(chat(user("a"), says(thought)))).toEqual(
      chat(user("a"), says("", { weight: 0 })),
    );
  });

  test("of instructions, and of an objective's own messages", () => {
    const row = {
      kind: "instruction" as const,
      instruction: "a",
      input: "",
      output: `${thought}b`,
    };
    expect(withoutReasoning(row).output).toBe("b");
    const pair = { kind: "pair", prompt: [user("a")], chosen: [says(`${thought}b`)] };
    expect(withoutReasoning(pair)).toEqual({ ...pair, chosen: [says("b")] });
  });
});

describe("what is told", () => {
  const told = (name: string, ...samples: Sample[]): string[] =>
    (renderers[name] as Renderer).notices(samples).filter((one) => /thought|reasoning/.test(one));

  test("that a template leaves out the reasoning of earlier turns", () => {
    const both = chat(
      user("a"),
      says(`${thought}4`),
      user("b"),
      says("<think>\nMore.\n</think>\n\n5"),
    );
    const [notice] = told("likeQwen", both, both);
    expect(notice).toContain("2 rows have reasoning in earlier turns");
    expect(notice).toContain("(2 thoughts)");
    expect(told("ownTemplate", both)).toEqual([]);
  });

  test("that a template writes empty thoughts, or asks for them, where rows have none", () => {
    const plain = chat(user("a"), says("b"));
    expect(told("likeQwen", plain)).toEqual([expect.stringContaining("writes an empty thought")]);
    expect(told("foreign", plain)).toEqual([expect.stringContaining("begin with a thought")]);
    expect(told("foreign", chat(user("a"), says("b", { reasoning: "c" })))).toEqual([]);
    expect(told("ownTemplate", plain)).toEqual([]);
  });
});
