// Answers in the formats of much used models: what their own chat templates write as an assistant's turn is read back as
// what was said. The templates are not part of this project: make templates fetches them, and without them only the
// list of formats is kept here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { answerFormatOf, opensReasoning, readAnswer } from "../../../src/text/index.ts";
import { ChatTemplate } from "../../../src/text/jinja/chat-template.ts";
import type { JsonObject, Message, ToolCall } from "../../../src/text/types.ts";

const templates = path.join(import.meta.dirname, "../../../.local/templates");

/** Models by the format that their templates write, and what those templates say: calls, thoughts. */
const expected: Readonly<
  Record<string, readonly [format: string, calls: number, thinks: boolean]>
> = {
  "ByteDance-Seed--Seed-OSS-36B-Instruct": ["seed", 2, true],
  "CohereForAI--c4ai-command-r-plus": ["command-r", 2, false],
  "CohereForAI--c4ai-command-r7b-12-2024": ["cohere", 2, false],
  "HuggingFaceTB--SmolLM3-3B": ["plain", 0, false],
  "LiquidAI--LFM2-1.2B": ["lfm", 0, false],
  "LiquidAI--LFM2-8B-A1B": ["lfm", 0, false],
  "MiniMaxAI--MiniMax-M2": ["minimax", 2, true],
  "NousResearch--Hermes-2-Pro-Llama-3-8B": ["hermes", 2, false],
  "NousResearch--Hermes-3-Llama-3.1-8B": ["hermes", 2, false],
  "Qwen--QwQ-32B": ["hermes", 2, false],
  "Qwen--Qwen2.5-7B-Instruct": ["hermes", 2, false],
  "Qwen--Qwen2.5-VL-7B-Instruct": ["plain", 0, false],
  "Qwen--Qwen3-0.6B": ["hermes", 2, true],
  "Qwen--Qwen3-4B-Instruct-2507": ["hermes", 2, false],
  "Qwen--Qwen3-Coder-30B-A3B-Instruct": ["qwen-coder", 2, false],
  "Qwen--Qwen3-VL-4B-Instruct": ["hermes", 2, false],
  "Qwen--Qwen3.5-4B": ["qwen-coder", 2, true],
  "Qwen--Qwen3.6-35B-A3B": ["qwen-coder", 2, true],
  "deepseek-ai--DeepSeek-R1-Distill-Llama-8B": ["deepseek", 0, false],
  "deepseek-ai--DeepSeek-R1-Distill-Qwen-32B": ["deepseek", 2, false],
  "deepseek-ai--DeepSeek-V3": ["deepseek", 2, false],
  "deepseek-ai--DeepSeek-V3.1": ["deepseek-bare", 2, false],
  "google--gemma-2-2b-it": ["plain", 0, false],
  "google--gemma-2b-it": ["plain", 0, false],
  "google--gemma-3-4b-it": ["plain", 0, false],
  "google--gemma-4-31B-it": ["gemma", 2, false],
  "ibm-granite--granite-3.3-2b-instruct": ["granite", 0, false],
  "ibm-granite--granite-4.0-h-tiny": ["hermes", 2, false],
  "meta-llama--Llama-3.1-8B-Instruct": ["llama", 1, false],
  "meta-llama--Llama-3.2-3B-Instruct": ["llama", 1, false],
  "meta-llama--Llama-3.3-70B-Instruct": ["llama", 1, false],
  "meta-llama--Meta-Llama-3-8B-Instruct": ["plain", 0, false],
  "microsoft--Phi-3-mini-4k-instruct": ["plain", 0, false],
  "microsoft--Phi-3.5-mini-instruct": ["plain", 0, false],
  "mistralai--Devstral-Small-2507": ["mistral-named", 2, false],
  "mistralai--Ministral-3-14B-Reasoning-2512": ["mistral-named", 2, false],
  "mistralai--Mistral-Nemo-Instruct-2407": ["mistral", 2, false],
  "mistralai--Mistral-Small-3.2-24B-Instruct-2506": ["mistral-named", 2, false],
  "moonshotai--Kimi-K2-Instruct": ["kimi", 0, false],
  "nvidia--NVIDIA-Nemotron-3-Nano-30B-A3B": ["qwen-coder", 2, true],
  "nvidia--NVIDIA-Nemotron-Nano-9B-v2": ["nemotron", 2, false],
  "openai--gpt-oss-120b": ["harmony", 1, true],
  "swiss-ai--Apertus-8B-Instruct-2509": ["apertus", 2, false],
  "zai-org--GLM-4.5": ["glm", 2, true],
  "zai-org--GLM-4.6": ["glm", 2, true],
};

const types = { city: "string", days: "integer", hours: "array", options: "object", ok: "boolean" };
const properties = Object.fromEntries(
  Object.entries(types).map(([key, type]) => [key, { type, description: key }]),
);
const tools: JsonObject[] = ["get_weather", "get_time"].map((name) => ({
  type: "function",
  function: { name, description: name, parameters: { type: "object", properties } },
}));

const first: ToolCall = {
  id: "abcdefgh1",
  name: "get_weather",
  arguments: {
    city: `Zü"r}i'ch {`,
    days: 3,
    ok: true,
    hours: ["a, b", "c"],
    options: { x: 1 },
  },
};
const second: ToolCall = { id: "abcdefgh2", name: "get_time", arguments: {} };
const asked: Message = { role: "user", content: "Q?" };

/** What ends a turn, and what templates write behind it. */
const endings =
  /(<\|im_end\|>|<\|END_OF_TURN_TOKEN\|>.*|<\|START_OF_TURN_TOKEN\|>.*|<\/s>|<\|eot_id\|>|<\|end_of_text\|>|<seed:eos>|\[e~\[|<turn\|>|<\|end\|>|<｜end▁of▁sentence｜>.*|<SPECIAL_12>|<\|assistant_end\|>|\s)+$/s;

/** The end of what a prompt has of the turn that follows it. */
function startOf(prompt: string, text: string): number {
  let at = 0;
  while (at < prompt.length && prompt[at] === text[at]) at++;
  if (at === prompt.length) return at;
  return Math.max(text.lastIndexOf(">", at - 1), text.lastIndexOf("\n", at - 1)) + 1;
}

function attempt(render: () => string): string | undefined {
  try {
    return render();
  } catch (error) {
    if (error instanceof FtError) return undefined;
    throw error;
  }
}

/** A turn read back; undefined where the template does not take it. */
function readBack(source: string, turn: Partial<Message>, offered: JsonObject[] | undefined) {
  const template = new ChatTemplate(source, { bos_token: "<s>", eos_token: "</s>" });
  const withTools = offered && { tools: offered };
  const messages: Message[] = [asked, { role: "assistant", content: "", ...turn }];
  const text = attempt(() => template.text({ messages, ...withTools }));
  if (text === undefined) return undefined;
  const prompt = attempt(() => template.text({ messages: [asked], ...withTools }, true)) ?? "";
  const start = startOf(prompt, text);
  const format = answerFormatOf({ source });
  // A template may open a thought in its prompt and not close it in a turn without one.
  const hasThought = turn.reasoning !== undefined && start === prompt.length;
  const startsInReasoning = hasThought && opensReasoning(format, prompt);
  const answer = text.slice(start).replace(endings, "").replace("<|CHATBOT_TOKEN|>", "");
  return readAnswer(format, answer, { startsInReasoning, tools });
}

const told = (calls: readonly ToolCall[]): JsonObject[] =>
  calls.map(({ name, arguments: given }) => ({ name, arguments: given }));

describe.skipIf(!existsSync(templates))("fetched by make templates", () => {
  test("every model has its format here", () => {
    const models = readdirSync(templates).map((name) => path.basename(name, ".jinja"));
    expect(models.toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  test.each(Object.entries(expected))("%s", (model, [name, calls, thinks]) => {
    const source = readFileSync(path.join(templates, `${model}.jinja`), "utf8");
    expect(answerFormatOf({ source }).name).toBe(name);
    const turns = [[first, second], [first]].flatMap((toolCalls) =>
      [tools, undefined].map((offered) => readBack(source, { toolCalls }, offered)),
    );
    const found = turns.find((turn) => turn !== undefined && turn.toolCalls.length > 0);
    expect(told(found?.toolCalls ?? [])).toEqual(told([first, second].slice(0, calls)));
    if (name !== "nemotron") expect(found?.content ?? "").toBe("");
    const thought = readBack(source, { reasoning: "Thought.", content: "Text." }, undefined);
    expect(thought).toEqual(
      thinks ? { reasoning: "Thought.", content: "Text.", toolCalls: [] } : undefined,
    );
  });
});
