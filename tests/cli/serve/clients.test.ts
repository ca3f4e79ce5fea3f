// The clients that people use, against a served toy: chat, streams, tools, forms, log-probabilities.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveToy, type ServedModel } from "../../support/served-model.ts";

let served: ServedModel;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  served = await serveToy(["--model-id", "toy"]);
  openai = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: "any", maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: served.url, apiKey: "any", maxRetries: 0 });
});

afterAll(async () => await served.stop());

const messages = [{ role: "user" as const, content: "What is 3 plus one?" }];
const greedy = { model: "toy", messages, temperature: 0, max_tokens: 8 };

const weather = {
  name: "weather",
  description: "The weather of a city",
  parameters: {
    type: "object",
    properties: { city: { enum: ["Paris", "Rome"] }, days: { $ref: "#/$defs/days" } },
    required: ["city", "days"],
    $defs: { days: { type: "integer", minimum: 1, maximum: 7 } },
  },
};

test("the model is listed first, and found by its name", async () => {
  const { data } = await openai.models.list();
  expect(data.map(({ id }) => id)).toEqual(["toy"]);
  expect(await openai.models.retrieve("toy")).toMatchObject({ id: "toy", object: "model" });
  await expect(openai.models.retrieve("org/other")).rejects.toMatchObject({ status: 404 });
});

test("a stream says the same as a whole answer, and its usage", async () => {
  const whole = await openai.chat.completions.create(greedy);
  expect(whole).toMatchObject({
    object: "chat.completion",
    choices: [{ message: { role: "assistant" }, finish_reason: "length", logprobs: null }],
    usage: { completion_tokens: 8 },
  });
  const usage = { include_usage: true };
  const stream = await openai.chat.completions.create({
    ...{ ...greedy, stream: true, stream_options: usage },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
  expect(text).toBe(whole.choices[0]?.message.content);
  expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("length");
  expect(chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { ...whole.usage, prompt_tokens_details: { cached_tokens: expect.any(Number) } },
  });
});

test("seeds give the same again, and choices of one request differ", async () => {
  const ask = { ...greedy, temperature: 1, seed: 5, n: 3 };
  const first = await openai.chat.completions.create(ask);
  const again = await openai.chat.completions.create(ask);
  const texts = first.choices.map(({ message }) => message.content);
  expect(new Set(texts).size).toBe(3);
  expect(again.choices.map(({ message }) => message.content)).toEqual(texts);
});

test("log-probabilities stand beside tokens whose bytes are the answer's", async () => {
  const { choices } = await openai.chat.completions.create({
    ...{ ...greedy, logprobs: true, top_logprobs: 3 },
  });
  const [{ message, logprobs } = { message: { content: "" }, logprobs: null }] = choices;
  const tokens = logprobs?.content ?? [];
  expect(tokens).toHaveLength(8);
  for (const { logprob, token, top_logprobs: top } of tokens) {
    expect(top).toHaveLength(3);
    expect(top[0]).toMatchObject({ token, logprob });
  }
  const bytes = Buffer.from(tokens.flatMap((token) => token.bytes ?? []));
  expect(bytes.toString("utf8")).toBe(message.content);
});

test("a bias forbids a token and forces another", async () => {
  const { choices } = await openai.chat.completions.create({
    ...{ ...greedy, logit_bias: { 35: 100 }, logprobs: true },
  });
  const tokens = choices[0]?.logprobs?.content ?? [];
  expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
});

test("a stop text ends the answer and is no part of it", async () => {
  const whole = await openai.chat.completions.create({ ...greedy, max_tokens: 20 });
  const text = whole.choices[0]?.message.content ?? "";
  const stop = text.slice(6, 9);
  const cut = await openai.chat.completions.create({ ...greedy, max_tokens: 20, stop });
  expect(cut.choices[0]).toMatchObject({
    message: { content: text.slice(0, text.indexOf(stop)) },
    finish_reason: "stop",
  });
});

test("a schema is kept to, and one that nothing satisfies is refused", async () => {
  const ask = (schema: Record<string, unknown>): Promise<OpenAI.ChatCompletion> =>
    openai.chat.completions.create({
      ...greedy,
      ...{ max_tokens: 200, temperature: 1 },
      response_format: { type: "json_schema", json_schema: { name: "answer", schema } },
    });
  const { choices } = await ask(weather.parameters);
  expect(choices[0]?.finish_reason).toBe("stop");
  const value = JSON.parse(choices[0]?.message.content ?? "") as { city: string; days: number };
  expect(["Paris", "Rome"]).toContain(value.city);
  expect([1, 2, 3, 4, 5, 6, 7]).toContain(value.days);
  await expect(ask({ type: "integer", minimum: 5, maximum: 4 })).rejects.toMatchObject({
    ...{ status: 400, code: "FT-CONSTRAINT-003" },
  });
});

test("a tool that is chosen is called with arguments of its schema, whole and streamed", async () => {
  const other = { name: "other", parameters: { type: "object", properties: {} } };
  const tools = [weather, other].map((one) => ({ type: "function" as const, function: one }));
  const choice = { type: "function" as const, function: { name: "weather" } };
  const ask = { ...greedy, max_tokens: 200, tools, tool_choice: choice };
  const { choices } = await openai.chat.completions.create(ask);
  const calls = choices[0]?.message.tool_calls ?? [];
  expect(choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
  expect(calls).toMatchObject([{ type: "function", function: { name: "weather" } }]);
  const stream = openai.chat.completions.stream({ ...ask, tool_choice: "required" });
  const streamed = await stream.finalChatCompletion();
  const call = streamed.choices[0]?.message.tool_calls?.[0];
  expect(["weather", "other"]).toContain(call?.function.name);
  const given = call?.function.arguments ?? "";
  expect(JSON.parse(given)).toBeTypeOf("object");

  const turn = [
    ...messages,
    { role: "assistant" as const, tool_calls: calls },
    { role: "tool" as const, tool_call_id: calls[0]?.id ?? "", content: "sunny" },
  ];
  const after = await openai.chat.completions.create({ ...greedy, messages: turn, tools });
  expect(after.choices[0]?.finish_reason).toBe("length");
});

test("completions go on with texts and token ids, echoed and rated", async () => {
  const ask = { model: "toy", prompt: ["one", "two"], max_tokens: 3, temperature: 0 };
  const { choices } = await openai.completions.create({ ...ask, echo: true });
  expect(choices.map(({ text }) => text.slice(0, 3))).toEqual(["one", "two"]);
  const rated = await openai.completions.create({ ...ask, prompt: [1, 2, 3], logprobs: 2 });
  expect(rated.choices[0]?.logprobs?.token_logprobs).toHaveLength(3);
  const stream = await openai.completions.create({ ...ask, prompt: [1, 2, 3], stream: true });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.text ?? "";
  expect(text).toBe(rated.choices[0]?.text);
});

test("Anthropic's client reads whole messages, streams and tools", async () => {
  const ask = { model: "toy", messages, max_tokens: 8, temperature: 0 };
  const whole = await anthropic.messages.create({ ...ask, system: "Be short." });
  expect(whole).toMatchObject({
    ...{ type: "message", role: "assistant", stop_reason: "max_tokens" },
    content: [{ type: "text" }],
    usage: { output_tokens: 8 },
  });
  const stream = anthropic.messages.stream({
    ...ask,
    system: [{ type: "text", text: "Be short." }],
  });
  expect((await stream.finalMessage()).content).toEqual(whole.content);

  const { description, name, parameters } = weather;
  const tool = { name, description, input_schema: { ...parameters, type: "object" as const } };
  const choice = { type: "tool" as const, name };
  const calling = { ...ask, max_tokens: 200, tools: [tool], tool_choice: choice };
  const called = await anthropic.messages.stream(calling).finalMessage();
  expect(called).toMatchObject({ stop_reason: "tool_use", content: [{ type: "tool_use", name }] });
  const { input_tokens: counted } = await anthropic.messages.countTokens({
    ...{ model: "toy", messages, system: "Be short." },
  });
  const { input_tokens: fresh, cache_read_input_tokens: cached } = whole.usage;
  expect(fresh + (cached ?? 0)).toBe(counted);
  await expect(anthropic.messages.create({ ...ask, model: "other" })).rejects.toMatchObject({
    ...{ status: 404, type: "not_found_error" },
  });
});

test("tools are told in words to a model whose template has no place for them, and called all the same", async () => {
  const plain = await serveToy(["--model-id", "toy", "--template", "chatml"]);
  try {
    const client = new OpenAI({ baseURL: `${plain.url}/v1`, apiKey: "any", maxRetries: 0 });
    const tools = [{ type: "function" as const, function: weather }];
    const ask = { ...greedy, max_tokens: 200, tools };
    const { choices } = await client.chat.completions.create({ ...ask, tool_choice: "required" });
    const calls = choices[0]?.message.tool_calls ?? [];
    expect(choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
    expect(calls).toMatchObject([{ type: "function", function: { name: "weather" } }]);
    const [call] = calls;
    const given = call?.type === "function" ? call.function.arguments : "";
    expect(JSON.parse(given)).toHaveProperty("city");
    const turn = [
      ...messages,
      { role: "assistant" as const, tool_calls: calls },
      { role: "tool" as const, tool_call_id: calls[0]?.id ?? "", content: "sunny" },
    ];
    const bare = await client.chat.completions.create({ ...greedy, messages });
    const told = await client.chat.completions.create({ ...greedy, messages: turn, tools });
    const without = await client.chat.completions.create({ ...greedy, messages: turn });
    const counts = [bare, without, told].map(({ usage }) => usage?.prompt_tokens ?? 0);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(new Set(counts).size).toBe(3);
  } finally {
    await plain.stop();
  }
});
