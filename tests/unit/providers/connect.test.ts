// Services asked over HTTP: what is sent in whose form, what comes back, and what each failure is called.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { connect } from "../../../src/providers/connect.ts";
import { addressOf, isHere, withDotEnv } from "../../../src/providers/environment.ts";
import { explained } from "../../../src/providers/errors.ts";
import { type FailureKind, ProviderFailure } from "../../../src/providers/failures.ts";
import { at, textAt } from "../../../src/providers/json.ts";
import { providerKinds } from "../../../src/providers/registry.ts";
import type { ChatRequest, ProviderKind } from "../../../src/providers/types.ts";
import { type FakeAnswer, FakeProvider } from "../../support/fake-provider.ts";
import { makeFolder } from "../../support/folders.ts";

const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
const request: ChatRequest = {
  system: "be brief",
  prompt: "say hello",
  schema: { name: "row", schema },
  maxTokens: 50,
  temperature: 0.5,
  seed: 3,
};
const never = new AbortController().signal;

const asked = async (
  name: string,
  fake: FakeProvider,
  more: { environment?: Record<string, string>; models?: string[]; timeout?: number } = {},
) => {
  const { environment = {}, ...others } = more;
  return await connect(name, { models: ["m"], ...others, baseUrl: fake.origin, environment });
};

/** By name: where the schema, the prompt and the length of the answer stand in a request, and who carries the key. */
const forms: Record<
  string,
  { path: string; schema: (string | number)[]; most: string[]; key: string }
> = {
  openai: {
    path: "/v1/chat/completions",
    schema: ["response_format", "json_schema", "schema"],
    most: ["max_completion_tokens"],
    key: "authorization",
  },
  mistral: {
    path: "/v1/chat/completions",
    schema: ["response_format", "json_schema", "schema"],
    most: ["max_tokens"],
    key: "authorization",
  },
  openrouter: {
    path: "/api/v1/chat/completions",
    schema: ["response_format", "json_schema", "schema"],
    most: ["max_tokens"],
    key: "authorization",
  },
  "openai-compatible": {
    path: "/v1/chat/completions",
    schema: ["response_format", "json_schema", "schema"],
    most: ["max_tokens"],
    key: "authorization",
  },
  anthropic: {
    path: "/v1/messages",
    schema: ["output_config", "format", "schema"],
    most: ["max_tokens"],
    key: "x-api-key",
  },
  google: {
    path: "/v1beta/models/m:generateContent",
    schema: ["generationConfig", "responseJsonSchema"],
    most: ["generationConfig", "maxOutputTokens"],
    key: "x-goog-api-key",
  },
  ollama: {
    path: "/api/chat",
    schema: ["format"],
    most: ["options", "num_predict"],
    key: "authorization",
  },
};

test("each service is asked in its own form, with the schema, and its answer read", async () => {
  expect(Object.keys(forms).sort()).toEqual(providerKinds.names().sort());
  for (const [name, form] of Object.entries(forms)) {
    const fake = await FakeProvider.start(() => ({
      text: '{"a":"hello"}',
      usage: { tokensIn: 7, tokensOut: 3 },
    }));
    const [key = ""] = providerKinds.get(name).keys;
    const provider = await asked(name, fake, { environment: { [key]: "secret-key-12345" } });
    const reply = await provider.ask("m", request, never);
    expect(reply, name).toEqual({
      text: '{"a":"hello"}',
      end: "stop",
      usage: { tokensIn: 7, tokensOut: 3 },
    });
    const [sent] = fake.requests;
    expect(sent?.path, name).toBe(form.path);
    expect(at(sent?.body, ...form.schema), name).toEqual(schema);
    expect(at(sent?.body, ...form.most), name).toBe(50);
    expect(JSON.stringify(sent?.body), name).toContain("say hello");
    expect(JSON.stringify(sent?.body), name).not.toContain("secret-key");
    expect(String(sent?.headers[form.key]), name).toContain("secret-key-12345");
    expect(sent?.path, name).not.toContain("secret");
    expect(provider.leavesTo, name).toBeUndefined();
  }
});

test("an answer that was cut or withheld says so", async () => {
  const ends: [string, string, string][] = [
    ["openai", "length", "length"],
    ["openai", "content_filter", "refused"],
    ["anthropic", "max_tokens", "length"],
    ["anthropic", "refusal", "refused"],
    ["google", "MAX_TOKENS", "length"],
    ["google", "SAFETY", "refused"],
    ["ollama", "length", "length"],
  ];
  for (const [name, finish, end] of ends) {
    const fake = await FakeProvider.start(() => ({ text: "x", finish }));
    const provider = await asked(name, fake);
    expect((await provider.ask("m", request, never)).end, `${name} ${finish}`).toBe(end);
  }
});

const refusals: [what: string, answer: FakeAnswer, kind: FailureKind, code: string][] = [
  [
    "a bad key",
    { status: 401, raw: '{"error":{"message":"Incorrect API key: secret-key-12345"}}' },
    "forbidden",
    "FT-PROVIDER-015",
  ],
  ["no right", { status: 403, raw: "{}" }, "forbidden", "FT-PROVIDER-015"],
  ["no credit", { status: 402, raw: "{}" }, "unpaid", "FT-PROVIDER-016"],
  [
    "a quota that is used up",
    { status: 429, raw: '{"error":{"code":"insufficient_quota","message":"insufficient_quota"}}' },
    "unpaid",
    "FT-PROVIDER-016",
  ],
  [
    "an unknown model",
    { status: 404, raw: '{"error":{"message":"no such model"}}' },
    "unknown",
    "FT-PROVIDER-017",
  ],
  ["too often", { status: 429, raw: "{}" }, "limited", "FT-PROVIDER-010"],
  ["a fault", { status: 500, raw: "oops" }, "unavailable", "FT-PROVIDER-011"],
  [
    "a refusal",
    { status: 400, raw: '{"error":{"message":"context too long"}}' },
    "rejected",
    "FT-PROVIDER-018",
  ],
  [
    "a redirect",
    { status: 307, raw: "", headers: { location: "http://127.0.0.1:9/elsewhere" } },
    "redirected",
    "FT-PROVIDER-019",
  ],
  ["a page", { raw: "<html>hello</html>" }, "unreadable", "FT-PROVIDER-014"],
  [
    "an error in a good answer",
    { raw: '{"error":{"message":"Rate limit reached"}}' },
    "limited",
    "FT-PROVIDER-010",
  ],
  ["silence", { hangs: true }, "silent", "FT-PROVIDER-013"],
  ["a slow drip", { text: "x", drip: 50 }, "silent", "FT-PROVIDER-013"],
  ["a reset amid the body", { text: "x".repeat(500), resetAfter: 30 }, "silent", "FT-PROVIDER-013"],
  ["a body without end", { raw: Buffer.alloc(9 * 2 ** 20, 0x20) }, "unreadable", "FT-PROVIDER-014"],
];

test.each(refusals)("%s has a name and says what mends it", async (_, answer, kind, code) => {
  const fake = await FakeProvider.start(() => answer);
  const environment = { OPENAI_API_KEY: "secret-key-12345" };
  const provider = await asked("openai", fake, {
    environment,
    timeout: kind === "silent" ? 300 : 5000,
  });
  const plain = { ...request, schema: undefined } as unknown as ChatRequest;
  const failure = await provider.ask("m", plain, never).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ProviderFailure);
  expect((failure as ProviderFailure).kind).toBe(kind);
  const who = { name: "openai", keys: ["OPENAI_API_KEY"], host: "127.0.0.1", models: ["m"] };
  const told = explained(failure as ProviderFailure, who);
  expect(told).toMatchObject({ code, exitCode: 6 });
  expect(told.hint).toBeTruthy();
  expect(`${told.message} ${told.hint}`).not.toContain("secret-key");
  expect(fake.bill.requests).toBe(1);
});

test("nobody there is told as that, and what Retry-After says is kept", async () => {
  const closed = await FakeProvider.start();
  const baseUrl = closed.origin;
  closed.stop();
  const provider = await connect("ollama", {
    models: ["m"],
    baseUrl,
    environment: {},
  });
  await expect(provider.ask("m", request, never)).rejects.toMatchObject({
    kind: "unreachable",
    isLost: false,
  });
  const waits: [Record<string, string>, number | undefined][] = [
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after-ms": "250" }, 250],
    [{ "retry-after": new Date(Date.now() + 60_000).toUTCString() }, 60_000],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ];
  for (const [headers, wanted] of waits) {
    const fake = await FakeProvider.start(() => ({ status: 429, raw: "{}", headers }));
    const failure = (await (
      await asked("openai", fake)
    )
      .ask("m", request, never)
      .catch((error: unknown) => error)) as ProviderFailure;
    if (wanted === undefined) expect(failure.retryAfter).toBeUndefined();
    // a date has whole seconds
    else expect(Math.abs(failure.retryAfter! - wanted)).toBeLessThan(2000);
  }
});

test("a server that knows no schemas is asked in words, after two requests", async () => {
  const fake = await FakeProvider.start(({ body }) => {
    const format = textAt(body, "response_format", "type");
    if (format === undefined) return { text: "{}" };
    return {
      status: 400,
      raw: JSON.stringify({
        error: { message: `response_format ${format} is not supported` },
      }),
    };
  });
  const provider = await asked("openai-compatible", fake);
  for (const _ of [1, 2]) {
    await expect(provider.ask("m", request, never)).rejects.toMatchObject({
      kind: "weakened",
      isPassing: true,
    });
  }
  expect((await provider.ask("m", request, never)).text).toBe("{}");
  expect(fake.bill.requests).toBe(3);
});

test("keys and addresses come from the environment, then from .env, and nothing else of that", () => {
  const folder = makeFolder();
  writeFileSync(
    join(folder, ".env"),
    'MISTRAL_API_KEY="from file"\nOPENAI_API_KEY=file\nPATH=/evil\n',
  );
  const environment = withDotEnv({ OPENAI_API_KEY: "set" }, folder);
  expect(environment).toEqual({ OPENAI_API_KEY: "set", MISTRAL_API_KEY: "from file" });
});

test("an address may be a host, lack its path, or stand in variables", () => {
  const { get } = providerKinds;
  const kind = (name: string): ProviderKind => get.call(providerKinds, name);
  const addresses: [string, Record<string, string>, string | undefined, string][] = [
    ["ollama", { OLLAMA_HOST: "0.0.0.0:1234" }, undefined, "http://127.0.0.1:1234/"],
    ["ollama", { OLLAMA_HOST: "box" }, undefined, "http://box:11434/"],
    ["ollama", { OLLAMA_URL: "http://a:1", OLLAMA_HOST: "b" }, undefined, "http://a:1/"],
    ["openai", { OPENAI_BASE_URL: "http://x:8/v1/" }, undefined, "http://x:8/v1"],
    ["openai", { OPENAI_BASE_URL: "http://x:8" }, "http://y", "http://y/v1"],
    ["google", {}, undefined, "https://generativelanguage.googleapis.com/v1beta"],
  ];
  for (const [name, environment, given, wanted] of addresses) {
    expect(addressOf(kind(name), environment, given)?.href).toBe(wanted);
  }
  expect(() => addressOf(kind("openai"), {}, "ftp://x")).toThrow(FtError);
  expect(isHere(new URL("http://localhost:1"))).toBe(true);
  expect(isHere(new URL("http://[::1]:1"))).toBe(true);
  expect(isHere(new URL("http://127.0.0.1.example.com"))).toBe(false);
  expect(isHere(new URL("http://10.0.0.1"))).toBe(false);
});

test("without key, address, model or such a provider it is said what is missing", async () => {
  const fake = await FakeProvider.start();
  await expect(connect("openia", { environment: {} })).rejects.toMatchObject({
    code: "FT-PROVIDER-001",
    exitCode: 2,
  });
  await expect(connect("openai", { environment: {} })).rejects.toMatchObject({
    code: "FT-PROVIDER-002",
  });
  await expect(connect("openai-compatible", { environment: {} })).rejects.toMatchObject({
    code: "FT-PROVIDER-003",
  });
  fake.models = ["one", "two"];
  const baseUrl = fake.origin;
  await expect(connect("openai-compatible", { baseUrl, environment: {} })).rejects.toMatchObject({
    code: "FT-PROVIDER-005",
    hint: "--model one",
  });
  fake.models = ["one"];
  expect((await connect("ollama", { baseUrl, environment: {} })).models).toEqual(["one"]);
});

test("the name and password of an address are sent as a header and told nowhere", async () => {
  const fake = await FakeProvider.start(() => ({ text: "{}" }));
  const baseUrl = fake.origin.replace("//", "//me:pass%20word@");
  const provider = await connect("openai-compatible", { models: ["m"], baseUrl, environment: {} });
  await provider.ask("m", request, never);
  expect(fake.requests[0]?.headers.authorization).toBe(`Basic ${btoa("me:pass word")}`);
  expect(provider.identity).not.toContain("pass");
});
