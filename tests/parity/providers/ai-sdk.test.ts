// The same request through the packages that providers or others publish (@ai-sdk/…) and through ours: what goes out is
// compared field by field, and what comes back is read alike. Nothing leaves the machine.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { expect, test } from "vitest";
import { connect } from "../../../src/providers/connect.ts";
import { at, isObject, type JsonObject, textAt } from "../../../src/providers/json.ts";
import { plainRowSchema } from "../../../src/synth/make/row-form.ts";
import { FakeProvider } from "../../support/fake-provider.ts";

const schema = plainRowSchema({ least: 2, most: 3 });
const asked = {
  system: "be brief",
  prompt: "say hello",
  schema: { name: "row", schema },
  maxTokens: 50,
  temperature: 0.5,
  seed: 3,
};

/** What the packages' models take. */
interface SdkModel {
  doGenerate(options: unknown): PromiseLike<unknown>;
}

type Make = (options: { baseURL: string; apiKey: string }) => SdkModel;

/** How one of ours and one of theirs say the same in other words, on both sides made alike. */
type Alike = (body: JsonObject) => unknown;

const same: Alike = (body) => body;

/** Parts of text, or the text. */
const joined = (content: unknown): unknown =>
  Array.isArray(content) ? content.map((part) => textAt(part, "text")).join("") : content;

const chat: Alike = ({ messages, ...body }) => ({
  ...body,
  messages: (messages as JsonObject[]).map(({ role, content }) => ({
    role,
    content: joined(content),
  })),
});

/** A schema without the words that one of the two leaves out. */
function plain(schema: unknown, names: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((part) => plain(part, names));
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([name]) => !names.includes(name));
  return Object.fromEntries(kept.map(([name, part]) => [name, plain(part, names)]));
}

const kinds: Record<string, { model: string; make: Make; alike?: Alike }> = {
  openai: {
    model: "gpt-4o-mini",
    make: (options) => createOpenAI(options).chat("gpt-4o-mini"),
    alike: ({ max_tokens, max_completion_tokens, ...body }) => ({
      ...body,
      // the older of two names for the same
      most: max_completion_tokens ?? max_tokens,
    }),
  },
  "openai-compatible": {
    model: "m",
    make: (options) =>
      createOpenAICompatible({ ...options, name: "x", supportsStructuredOutputs: true })("m"),
  },
  mistral: {
    model: "mistral-small-latest",
    make: (options) => createMistral(options)("mistral-small-latest"),
    // strict keeps answers to the schema; the package leaves it off unless told
    alike: (body) => plain(chat(body), ["strict"]),
  },
  anthropic: {
    model: "claude-haiku-4-5",
    make: (options) => createAnthropic(options)("claude-haiku-4-5"),
    // the package says in a description how many items there may be
    alike: ({ system, ...body }) =>
      plain(chat({ ...body, system: joined(system) }), ["description"]),
  },
  google: {
    model: "gemini-2.5-flash",
    make: (options) => createGoogleGenerativeAI(options)("gemini-2.5-flash"),
    // the package writes Google's older form of schemas, which has fewer words
    alike: ({ generationConfig, ...body }) => {
      const { responseSchema, responseJsonSchema, ...config } = generationConfig as JsonObject;
      const form = responseJsonSchema ?? responseSchema;
      const words = ["additionalProperties", "minItems", "maxItems"];
      return { ...body, config, schema: plain(form, words) };
    },
  },
};

const without = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test.each(Object.entries(kinds))(
  "%s is asked as its package asks",
  async (name, { model, make, alike = same }) => {
    const fake = await FakeProvider.start(() => ({
      text: '{"a":1}',
      usage: { tokensIn: 7, tokensOut: 3 },
    }));
    const key = "key-of-nobody-123";
    const variables = {
      OPENAI_API_KEY: key,
      MISTRAL_API_KEY: key,
      ANTHROPIC_API_KEY: key,
      GOOGLE_API_KEY: key,
    };
    const ours = await connect(name, {
      models: [model],
      baseUrl: `${fake.origin}/v1`,
      environment: variables,
    });
    const reply = await ours.ask(model, asked, new AbortController().signal);
    const theirs = make({ baseURL: `${fake.origin}/v1`, apiKey: key });
    const result = await theirs.doGenerate({
      prompt: [
        { role: "system", content: asked.system },
        { role: "user", content: [{ type: "text", text: asked.prompt }] },
      ],
      maxOutputTokens: asked.maxTokens,
      temperature: asked.temperature,
      seed: asked.seed,
      responseFormat: { type: "json", schema, name: "row" },
    });
    const [own, other] = fake.requests;
    expect(own?.path).toBe(other?.path);
    for (const header of ["authorization", "x-api-key", "x-goog-api-key", "anthropic-version"]) {
      expect(own?.headers[header], header).toBe(other?.headers[header]);
    }
    expect(without(alike(own!.body))).toEqual(without(alike(other!.body)));
    expect(at(result, "content", 0, "text")).toBe(reply.text);
    expect(at(result, "usage", "inputTokens", "total")).toBe(reply.usage?.tokensIn);
    expect(at(result, "usage", "outputTokens", "total")).toBe(reply.usage?.tokensOut);
  },
);
