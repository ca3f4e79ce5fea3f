// The TEMPLATE of an exported Modelfile, rendered by Ollama's own packages, is the prompt that the template of training
// gives, byte for byte. Needs Go, which builds the renderer beside this with Ollama's module.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportModel } from "../../../src/app/share/export-model.ts";
import { FtError } from "../../../src/core/errors.ts";
import { chatShape } from "../../../src/export/chat/chat-shape.ts";
import { toolShape } from "../../../src/export/chat/tool-shape.ts";
import { type Trial, trials } from "../../../src/export/chat/trials.ts";
import { goTemplate } from "../../../src/export/ollama/go-template.ts";
import { modelfileText } from "../../../src/export/ollama/modelfile.ts";
import { namedModel } from "../../../src/generate/named-model.ts";
import { openModel } from "../../../src/models/open-model.ts";
import { createRenderer, loadTokenizer, rendererOf } from "../../../src/text/index.ts";
import { ChatTemplate } from "../../../src/text/jinja/chat-template.ts";
import type { Renderer } from "../../../src/text/types.ts";
import { openStoredModel, readGgufFile } from "../../../src/weights/index.ts";
import { drawnAdapter } from "../../support/drawn-adapter.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const root = path.join(import.meta.dirname, "../../..");
const built = mkdtempSync(path.join(tmpdir(), "ft-ollama-"));
const program = path.join(built, "render");
afterAll(() => rmSync(built, { recursive: true }));

beforeAll(() => {
  const cwd = path.join(import.meta.dirname, "ollama");
  execFileSync(process.env["FT_GO"] ?? "go", ["build", "-o", program, "."], { cwd });
}, 600_000);

interface Read {
  commands: { Name: string; Args: string }[];
  prompts: string[];
  error?: string;
}

function readByOllama(modelfile: string, conversations: readonly Trial[]): Read {
  const jobs = [{ modelfile, conversations: conversations.map((messages) => ({ messages })) }];
  const printed = execFileSync(program, { input: JSON.stringify(jobs), maxBuffer: 1e9 });
  return (JSON.parse(printed.toString()) as Read[])[0] as Read;
}

type Asking = Pick<Renderer, "promptText">;

/** Undefined where the template refuses the conversation. */
function truthOf(renderer: Asking, messages: Trial): string | undefined {
  try {
    return renderer.promptText(messages);
  } catch (error) {
    if (error instanceof FtError) return undefined;
    throw error;
  }
}

/** White space of every kind, at both ends of something: templates leave out answers of nothing else. */
const spaced = ["\u00a0\u2003x\u3000", "\n\ty \u200b\r\n", "\u0085\u1680z\u2029"].map(
  (content): Trial => [
    { role: "user", content },
    { role: "assistant", content: `${content}${content}` },
    { role: "user", content: "and?" },
  ],
);

function requireSame(renderer: Asking): void {
  const found = chatShape(renderer);
  if ("reason" in found) throw new Error(found.reason);
  const template = goTemplate(found.shape);
  const modelfile = modelfileText({ from: "./x.gguf", template, parameters: [], comments: [] });
  const asked = [...trials, ...spaced].filter((one) => truthOf(renderer, one) !== undefined);
  const { prompts, error } = readByOllama(modelfile, asked);
  expect(error).toBeUndefined();
  expect(asked.length).toBeGreaterThan(15);
  expect(prompts).toEqual(asked.map((one) => truthOf(renderer, one)));
}

const fixtures = path.join(root, "tests/fixtures/text");

describe("templates of ours, with a tokenizer of each kind", () => {
  const tokenizers = readdirSync(path.join(fixtures, "tokenizers"));
  const templates = ["chatml", "llama", "alpaca", "{system}\nQ: {user}\nA: {assistant}\n"];
  test.each(tokenizers.flatMap((name) => templates.map((one) => [one, name] as const)))(
    "%j with %s",
    async (template, name) => {
      const tokenizer = await loadTokenizer(path.join(fixtures, "tokenizers", name));
      requireSame(createRenderer(tokenizer, { template }));
    },
  );
});

const special = { bos_token: "<|bos|>", eos_token: "<|eos|>", pad_token: "", unk_token: "" };

function rendererIn(file: string): Asking {
  const template = new ChatTemplate(readFileSync(file, "utf8"), special);
  return { promptText: (messages) => template.text({ messages }, true) };
}

const popular = path.join(root, ".local/templates");
const folders = [path.join(fixtures, "templates"), popular].filter((folder) => existsSync(folder));

/** They look at the last question, at tools that have to be there, or at how many messages there are. */
const shapeless = new Set([
  "CohereForAI--c4ai-command-r-plus.jinja",
  "NousResearch--Hermes-2-Pro-Llama-3-8B.jinja",
  "NousResearch--Hermes-3-Llama-3.1-8B.jinja",
  "mistralai--Mistral-Nemo-Instruct-2407.jinja",
  "features.jinja",
]);

describe.each(folders)("templates of models in %s", (folder) => {
  test.each(readdirSync(folder))("%s", (name) => {
    const renderer = rendererIn(path.join(folder, name));
    if (shapeless.has(name)) expect(chatShape(renderer)).toHaveProperty("reason");
    else requireSame(renderer);
  });
});

/** Text with each JSON object in it written in one way: Go and Python have other spaces and another order of keys. */
function withSameJson(text: string): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
  };
  // five deep, as no tool here is deeper
  const inner = "[^{}]";
  let object = `\\{${inner}*\\}`;
  for (let depth = 0; depth < 5; depth++) object = `\\{(?:${inner}|${object})*\\}`;
  return text.replaceAll(new RegExp(object, "g"), (json) => {
    try {
      return JSON.stringify(sorted(JSON.parse(json)));
    } catch {
      return json;
    }
  });
}

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather of a place",
    parameters: {
      type: "object",
      properties: { city: { type: "string", description: "Where" }, days: { type: "integer" } },
      required: ["city"],
    },
  },
};
const clock = {
  type: "function",
  function: {
    name: "clock",
    description: "The time",
    parameters: { type: "object", properties: {} },
  },
};

interface Spoken {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  calls?: readonly (readonly [name: string, args: Record<string, string | number>])[];
}

const twice: NonNullable<Spoken["calls"]> = [
  ["get_weather", { city: "Bern", days: 2 }],
  ["clock", {}],
];
const system: Spoken = { role: "system", content: "Be brief." };
const ask: Spoken = { role: "user", content: "How is Bern?" };
const called: Spoken = { role: "assistant", content: "", calls: twice };
const saidAndCalled: Spoken = { role: "assistant", content: "I look.", calls: twice.slice(0, 1) };
const sunny: Spoken = { role: "tool", content: '{"sky": "clear"}' };
const noon: Spoken = { role: "tool", content: "12:00" };
const told: Spoken = { role: "assistant", content: "Clear, at noon." };
const again: Spoken = { role: "user", content: "And Basel?" };

const toolTrials: readonly (readonly Spoken[])[] = [
  [ask],
  [system, ask],
  [{ role: "system", content: "" }, ask],
  [ask, told, again],
  [ask, called, sunny, noon],
  [system, ask, saidAndCalled, sunny],
  [system, ask, called, sunny, noon, told, again],
  [ask, called, sunny, noon, saidAndCalled, sunny, told, again, called, noon],
  [ask, called, noon, again],
];

const isPlain = ({ role, calls }: Spoken): boolean => role !== "tool" && calls === undefined;

/** As Ollama's requests have it. */
const requested = ({ calls, ...message }: Spoken) => ({
  ...message,
  tool_calls: (calls ?? []).map(([name, args]) => ({ function: { name, arguments: args } })),
});

const asMessage = ({ calls, ...message }: Spoken) => ({
  ...message,
  ...(calls && { toolCalls: calls.map(([name, args]) => ({ name, arguments: args })) }),
});

/** Hermes' own way, Qwen 2.5's and Qwen 3's. */
describe.each(["hermes.jinja", "line-calls.jinja", "thinking.jinja"])("tools with %s", (name) => {
  const source = readFileSync(path.join(fixtures, "tool-templates", name), "utf8");
  const jinja = new ChatTemplate(source, special);
  const renderer: Asking = {
    promptText: (messages, tools) => jinja.text({ messages, ...(tools && { tools }) }, true),
  };

  test.each([
    ["two", [weather, clock]],
    ["one", [weather]],
    ["none", undefined],
  ])("%s", (_, tools) => {
    const found = chatShape(renderer);
    if ("reason" in found) throw new Error(found.reason);
    const shape = toolShape(found.shape, renderer);
    if ("reason" in shape) throw new Error(shape.reason);
    const template = goTemplate(found.shape, shape.tools);
    const modelfile = modelfileText({ from: "./x.gguf", template, parameters: [], comments: [] });
    const spoken = toolTrials.filter((one) => tools !== undefined || one.every(isPlain));
    const conversations = spoken.map((messages) => ({ messages: messages.map(requested), tools }));
    const input = JSON.stringify([{ modelfile, conversations }]);
    const printed = execFileSync(program, { input, maxBuffer: 1e9 });
    const [read] = JSON.parse(printed.toString()) as [Read & { vars: string[] }];
    expect(read.error).toBeUndefined();
    // by which Ollama knows that a model takes tools
    expect(read.vars).toContain("tools");
    const wanted = spoken.map((messages) => renderer.promptText(messages.map(asMessage), tools));
    expect(read.prompts.map(withSameJson)).toEqual(wanted.map(withSameJson));
  });
});

/** A folder of a run or a model to look at instead; FT_EXPORTED_MODEL=./output/quick-smollm2 make interop. */
const given = process.env["FT_EXPORTED_MODEL"];

const kinds = given === undefined ? ["llama2", "llama3", "qwen", "gemma", "gpt2"] : [given];

test.each(kinds)(
  "an exported folder: %s",
  async (kind) => {
    const model = given ?? (await makeToyModel(path.join(built, kind), { tokenizer: kind }));
    const output = path.join(built, `${path.basename(kind)}-exported`);
    await exportModel({ format: "ollama", model: path.resolve(root, model), output });
    const named = await namedModel(path.resolve(root, model), undefined);
    const { tokenizer } = await openModel({ name: named.base, revision: null, cache_dir: null });
    const renderer = rendererOf(tokenizer, named.template ?? { name: "auto" });
    const { metadata } = await readGgufFile(path.join(output, "model.gguf"));
    const bos = tokenizer.specialTokens["bos_token"] ?? "";
    const wanted = trials.map((one) => {
      const text = truthOf(renderer, one) ?? "";
      const isAdded = metadata.get("tokenizer.ggml.add_bos_token") === true;
      return isAdded && text.startsWith(bos) ? text.slice(bos.length) : text;
    });
    const read = readByOllama(readFileSync(path.join(output, "Modelfile"), "utf8"), trials);
    expect(read.error).toBeUndefined();
    expect(read.commands[0]).toEqual({ Name: "model", Args: "./model.gguf" });
    expect(read.commands.filter(({ Name }) => Name === "stop").length).toBeGreaterThan(0);
    expect(read.prompts).toEqual(wanted);
  },
  300_000,
);

test("an adapter by itself: its base, its file, and the prompt of training", async () => {
  const model = await makeToyModel(path.join(built, "adapted"), { tokenizer: "llama3" });
  const targets = ["q_proj", "down_proj"];
  const more = { template: "chatml", targets };
  const adapter = await drawnAdapter(await openStoredModel(model), `${model}-adapter`, more);
  const output = path.join(built, "adapter-exported");
  const from = "llama3.2:1b";
  await exportModel({ format: "ollama", model, adapter, adapterOnly: true, from, output });
  const read = readByOllama(readFileSync(path.join(output, "Modelfile"), "utf8"), trials);
  expect(read.commands.slice(0, 2)).toEqual([
    { Name: "model", Args: from },
    { Name: "adapter", Args: "./adapter.gguf" },
  ]);
  const renderer = createRenderer(await loadTokenizer(model), { template: "chatml" });
  const bos = (await loadTokenizer(model)).specialTokens["bos_token"] ?? "";
  const wanted = trials.map((one) => (truthOf(renderer, one) ?? "").replace(bos, ""));
  expect(read.prompts).toEqual(wanted);
});

test("texts come through a Modelfile as they are", () => {
  const text = 'a "word"\n  and """three""" , \u00e9 \u4e2d\n';
  const modelfile = modelfileText({
    from: "./model.gguf",
    template: "{{ .Prompt }}",
    system: text,
    parameters: [
      ["stop", "<|im_end|>"],
      ["stop", 'say "stop"'],
      ["temperature", 0.5],
    ],
    license: "Line one\n\nLine two",
    comments: ["a comment"],
  });
  const { commands } = readByOllama(modelfile, []);
  expect(commands).toEqual([
    { Name: "model", Args: "./model.gguf" },
    { Name: "template", Args: "{{ .Prompt }}" },
    { Name: "system", Args: text },
    { Name: "stop", Args: "<|im_end|>" },
    { Name: "stop", Args: 'say "stop"' },
    { Name: "temperature", Args: "0.5" },
    { Name: "license", Args: "Line one\n\nLine two" },
  ]);
});
