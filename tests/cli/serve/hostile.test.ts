// Requests that should get nothing: every Host, Origin and method, bodies that are none, paths in names. After each the
// server answers as before.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import {
  cpuSeconds,
  post,
  rawBytes,
  rawRequest,
  sendThenRead,
  type ServedModel,
  serveToy,
} from "../../support/served-model.ts";

let served: ServedModel;
let port: string;

function makeShelf(): string {
  const folder = makeFolder({
    "shelf/one/adapter_config.json": "{}",
    "secret/adapter_config.json": "{}",
  });
  mkdirSync(join(folder, "shelf", "empty"));
  symlinkSync(join(folder, "secret"), join(folder, "shelf", "link"));
  writeFileSync(join(folder, "shelf", "file"), "");
  return join(folder, "shelf");
}

beforeAll(async () => {
  served = await serveToy(["--model-id", "toy", "--adapters", makeShelf(), "--max-body", "1"]);
  ({ port } = new URL(served.url));
});

afterAll(async () => await served.stop());

afterEach(async () => {
  expect(await post(`${served.url}/v1/chat/completions`, chat)).toMatchObject({ status: 200 });
});

const chat = { model: "toy", messages: [{ role: "user", content: "hi" }], max_tokens: 1 };
const json = { "content-type": "application/json" };

const routes = [
  ["GET", "/health"],
  ["GET", "/metrics"],
  ["GET", "/v1/models"],
  ["GET", "/v1/adapters"],
  ["POST", "/v1/chat/completions"],
  ["POST", "/v1/completions"],
  ["POST", "/v1/messages"],
  ["POST", "/v1/adapters"],
  ["DELETE", "/v1/adapters/one"],
  ["OPTIONS", "/v1/chat/completions"],
  ["HEAD", "/v1/models"],
  ["GET", "/nothing"],
] as const;

const strangers = [
  ...["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2", "0.0.0.0"],
  ...["[::2]", "localhost:8000:8000", "localhost@evil.example", "127.1", "2130706433"],
];

const friends = ["127.0.0.1", "localhost", "[::1]", "LOCALHOST", "LocalHost:1", "[::1]:8000"];

test("a Host that is not this machine's gets nothing, whatever the method", async () => {
  for (const [method, path] of routes)
    for (const host of [...strangers, `evil.example:${port}`]) {
      const answer = await rawRequest(served.url + path, { method, headers: { ...json, host } });
      expect({ method, path, host, status: answer.status }).toMatchObject({ status: 403 });
    }
  for (const host of friends) {
    const answer = await rawRequest(`${served.url}/v1/models`, { headers: { host } });
    expect({ host, status: answer.status }).toMatchObject({ status: 200 });
  }
});

test("an Origin that is not this machine's gets nothing and is told nothing", async () => {
  const origins = ["https://evil.example", "null", "http://localhost.evil.example", "file://"];
  for (const [method, path] of routes)
    for (const origin of [
      ...origins,
      "http://evil.example#localhost",
      "http://127.0.0.1@evil.example",
    ]) {
      const asked = { method, headers: { ...json, origin } };
      const answer = await rawRequest(served.url + path, asked);
      expect({ method, path, origin, status: answer.status }).toMatchObject({ status: 403 });
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
  const origin = "http://localhost:5173";
  const preflight = { origin, "access-control-request-method": "POST" };
  const asked = { method: "OPTIONS", headers: preflight };
  const allowed = await rawRequest(`${served.url}/v1/chat/completions`, asked);
  expect(allowed).toMatchObject({
    status: 204,
    headers: { "access-control-allow-origin": origin },
  });
  expect(Number(allowed.headers["access-control-max-age"])).toBeLessThanOrEqual(10);
});

test("two Hosts, none, and whole addresses as paths are refused", async () => {
  const ask = async (head: string): Promise<string> => {
    const bytes = `${head}\r\nConnection: close\r\n\r\n`;
    return (await rawBytes(served.url, bytes, 60)).split("\r\n")[0] ?? "";
  };
  const twice = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nHost: evil.example";
  expect(await ask(twice)).toMatch(/ 4\d\d /);
  expect(await ask("GET /v1/models HTTP/1.1")).toMatch(/ 400 /);
  expect(await ask("GET /v1/models HTTP/1.1\r\nHost: ")).toMatch(/ 403 /);
  expect(await ask("GET /v1/models HTTP/1.0")).toMatch(/ 403 /);
  expect(await ask("GET http://evil.example/v1/models HTTP/1.1\r\nHost: localhost")).toMatch(
    / 400 /,
  );
  expect(await ask("BREW /v1/models HTTP/1.1\r\nHost: localhost")).toMatch(/ 4\d\d /);
});

test("a body that a page can send unasked is refused by its type", async () => {
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
  ];
  for (const type of [...types, "application/jsonp", "text/json", ""])
    for (const path of [
      "/v1/chat/completions",
      "/v1/completions",
      "/v1/messages",
      "/v1/adapters",
    ]) {
      const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
      const asked = { method: "POST", headers, body: JSON.stringify(chat) };
      const answer = await rawRequest(served.url + path, asked);
      expect({ path, type, status: answer.status }).toMatchObject({ status: 415 });
    }
  const zipped = { ...json, "content-encoding": "gzip" };
  const asked = { method: "POST", headers: zipped, body: "x" };
  expect(await rawRequest(`${served.url}/v1/completions`, asked)).toMatchObject({ status: 415 });
});

test("methods that a path does not have are 405 and say which it has", async () => {
  for (const [path, method, allow] of [
    ["/v1/chat/completions", "GET", "POST"],
    ["/v1/models", "DELETE", "GET"],
    ["/v1/models/toy", "PUT", "GET"],
    ["/v1/adapters/one", "PATCH", "DELETE"],
  ] as const) {
    const answer = await rawRequest(served.url + path, { method });
    expect({ path, status: answer.status }).toMatchObject({ status: 405 });
    expect(answer.headers["allow"]).toBe(allow);
  }
  expect(await rawRequest(`${served.url}/v1/nothing`)).toMatchObject({ status: 404 });
});

const wrongBodies: readonly [body: unknown, param?: string][] = [
  ["{"],
  [""],
  ["[1]"],
  ["nul"],
  ['{"a": 1,}'],
  ["[".repeat(100_000)],
  [`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
  ['{"__proto__": {"x": 1}, "messages": []}'],
  [{ ...chat, stop: 7 }, "stop"],
  [{ ...chat, stop: ["a", 7] }, "stop[1]"],
  [{ ...chat, messages: [] }, "messages"],
  [{ ...chat, messages: "hi" }, "messages"],
  [{ ...chat, messages: [{ role: "wizard", content: "hi" }] }, "messages[0].role"],
  [{ ...chat, messages: [{ role: "user" }] }, "messages[0].content"],
  [{ ...chat, messages: [{ role: "user", content: [{ type: "image_url" }] }] }],
  [{ ...chat, temperature: "hot" }, "temperature"],
  [{ ...chat, temperature: 3 }, "temperature"],
  [{ ...chat, max_tokens: 0 }, "max_tokens"],
  [{ ...chat, max_tokens: 1.5 }, "max_tokens"],
  [{ ...chat, n: 1000 }, "n"],
  [{ ...chat, stream: "yes" }, "stream"],
  [{ ...chat, top_logprobs: 2 }, "top_logprobs"],
  [{ ...chat, logprobs: true, top_logprobs: 50 }, "top_logprobs"],
  [{ ...chat, logit_bias: { x: 1 } }],
  [{ ...chat, logit_bias: { 99999999: 1 } }],
  [{ ...chat, tool_choice: "required" }, "tool_choice"],
  [{ ...chat, functions: [] }, "functions"],
  [{ ...chat, model: 5 }, "model"],
  [{ ...chat, response_format: { type: "xml" } }],
];

test("wrong bodies are 400 in OpenAI's shape, and name the field", async () => {
  for (const [body, param] of wrongBodies) {
    const answer = await post(`${served.url}/v1/chat/completions`, body);
    const shown = JSON.stringify(body).slice(0, 80);
    expect({ shown, ...answer }).toMatchObject({ shown, status: 400 });
    expect(answer.body.error).toMatchObject({
      ...{ type: "invalid_request_error", message: expect.any(String) },
      ...(param !== undefined && { param }),
    });
  }
  expect(await post(`${served.url}/v1/chat/completions`, { ...chat, model: "gpt" })).toMatchObject({
    ...{ status: 404, body: { error: { code: "model_not_found", param: "model" } } },
  });
});

/** Processor time that the server and its model have had: what a busy machine takes from them is not counted. */
async function busySeconds(): Promise<number> {
  const pids = [served.program.process.pid ?? 0, await served.modelProcess()];
  return (await Promise.all(pids.map(cpuSeconds))).reduce((sum, seconds) => sum + seconds, 0);
}

test("schemas without end or sense are 400, and none is slow", async () => {
  const deep = (levels: number): unknown =>
    levels === 0 ? { type: "null" } : { type: "array", items: deep(levels - 1) };
  const schemas = [
    deep(200),
    { type: "object", properties: { a: false }, required: ["a"] },
    { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } },
    { type: "integer", minimum: 2, maximum: 1 },
    { type: "string", pattern: "(" },
    { type: 7 },
  ];
  for (const schema of schemas) {
    const before = await busySeconds();
    const form = { type: "json_schema", json_schema: { name: "x", schema } };
    const ask = { ...chat, response_format: form };
    const answer = await post(`${served.url}/v1/chat/completions`, ask);
    expect({ schema, ...answer }).toMatchObject({ schema, status: 400 });
    expect((await busySeconds()) - before).toBeLessThan(10);
  }
});

test("an expression that would be tried without end is followed at once", async () => {
  const schema = { type: "string", pattern: "^(a+)+$", maxLength: 40 };
  const form = { type: "json_schema", json_schema: { name: "x", schema } };
  const ask = { ...chat, max_tokens: 100, response_format: form };
  const answer = await post(`${served.url}/v1/chat/completions`, ask);
  expect(answer).toMatchObject({ status: 200 });
  expect(JSON.parse(answer.body.choices?.[0]?.message.content ?? "")).toMatch(/^a+$/);
});

test("a body that is too large is 413, and the connection ends", async () => {
  const large = { ...chat, messages: [{ role: "user", content: "x".repeat(1_100_000) }] };
  const asked = { method: "POST", headers: json, body: JSON.stringify(large) };
  const answer = await rawRequest(`${served.url}/v1/chat/completions`, asked);
  expect(answer).toMatchObject({ status: 413, headers: { connection: "close" } });
});

test("a client that reads nothing before it has sent all of a body that is too large sees the 413", async () => {
  const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
  const text = "x".repeat(12_000_000);
  const chunk = `${(1_000_000).toString(16)}\r\n${"x".repeat(1_000_000)}\r\n`;
  for (const bytes of [
    `${head}Content-Length: ${text.length}\r\n\r\n${text}`,
    `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(12)}0\r\n\r\n`,
  ])
    expect(await sendThenRead(served.url, bytes)).toMatch(/^HTTP\/1\.1 413 /);
  // answered, and closed, though the body never comes
  expect(await rawBytes(served.url, `${head}Content-Length: 900000000000\r\n\r\n{`, 60)).toMatch(
    /^HTTP\/1\.1 413 /,
  );
});

test("what is no request, and paths that cannot be read, get errors of the same shape as others", async () => {
  const wrong = [
    ["GET /v1/models/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400],
    ["GET /v1/models/%ff HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 403],
    ["\u0016\u0003\u0001", 400],
    ["POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400],
    [
      "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
  ] as const;
  for (const [bytes, status] of wrong) {
    const answer = await rawBytes(served.url, bytes, 60);
    expect({ bytes, answer }).toMatchObject({
      ...{ bytes, answer: expect.stringMatching(new RegExp(`^HTTP/1\\.1 ${status} `)) },
    });
    const { error } = JSON.parse(answer.split("\r\n\r\n")[1] ?? "") as { error: object };
    expect(error).toMatchObject({ message: expect.any(String), type: expect.any(String) });
  }
});

test("seeds as large as OpenAI takes them answer, several at once as well", async () => {
  for (const seed of ["9007199254740991", "9223372036854775807", "-9223372036854775808"]) {
    const body = JSON.stringify({ ...chat, n: 4, seed: 0 }).replace('"seed":0', `"seed":${seed}`);
    expect(await post(`${served.url}/v1/chat/completions`, body)).toMatchObject({ status: 200 });
  }
});

test("a prompt that is longer than the model is 400", async () => {
  const long = { ...chat, messages: [{ role: "user", content: "word ".repeat(150_000) }] };
  expect(await post(`${served.url}/v1/chat/completions`, long)).toMatchObject({ status: 400 });
});

test("prompts of megabytes are refused before others have to wait for them", async () => {
  const small = await serveToy(["--model-id", "toy", "--context", "512"]);
  const say = (messages: unknown[]) => ({ ...chat, messages });
  const user = (content: string) => ({ role: "user", content });
  const prompts = [
    say([user("a".repeat(7_000_000))]),
    say([user(" ".repeat(7_000_000))]),
    say(Array.from({ length: 100_000 }, () => user("hi"))),
    say(Array.from({ length: 100_000 }, () => user(""))),
  ];
  try {
    for (const body of prompts) {
      const before = await cpuSeconds(await small.modelProcess());
      const answer = await post(`${small.url}/v1/chat/completions`, body);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: "FT-SERVE-004" } } });
      expect((await cpuSeconds(await small.modelProcess())) - before).toBeLessThan(2);
    }
    const fits = say([user("word ".repeat(20))]);
    expect(await post(`${small.url}/v1/chat/completions`, fits)).toMatchObject({ status: 200 });
  } finally {
    await small.stop();
  }
});

test("names of adapters open nothing outside their folder", async () => {
  const list = await fetch(`${served.url}/v1/adapters`);
  expect(await list.json()).toEqual({
    object: "list",
    data: [{ id: "one", object: "adapter", loaded: false }],
  });
  const tricks = [
    ...[
      "../secret",
      "..",
      ".",
      "/etc",
      "one/../../secret",
      "one/",
      "./one",
      "C:\\one",
      "..\\secret",
    ],
    ...["one\u0000", "%2e%2e", "~", "", "a".repeat(300), "file:///etc", "http://evil.example/a"],
  ];
  for (const id of tricks)
    expect({ id, ...(await post(`${served.url}/v1/adapters`, { id })) }).toMatchObject({
      status: 400,
    });
  for (const id of ["link", "empty", "file", "other", "ONE"])
    expect({ id, ...(await post(`${served.url}/v1/adapters`, { id })) }).toMatchObject({
      status: 404,
    });
  const paths = ["one", "..%2f..%2fsecret", "%2e%2e", "link"];
  for (const path of paths) {
    const answer = await rawRequest(`${served.url}/v1/adapters/${path}`, { method: "DELETE" });
    expect({ path, status: answer.status }).toMatchObject({ status: 404 });
  }
  const named = await post(`${served.url}/v1/chat/completions`, { ...chat, model: "../secret" });
  expect(named).toMatchObject({ status: 404 });
});

test("headers that never end are cut off", async () => {
  const asked = performance.now();
  await rawRequest(`${served.url}/health`);
  const started = performance.now();
  const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nX-Slow: `;
  await rawBytes(served.url, head, 90);
  const seconds = (performance.now() - started) / 1000;
  expect(seconds).toBeGreaterThan(5);
  // twenty where the machine does nothing else, which a plain answer tells; Node itself cuts after a minute
  expect(seconds).toBeLessThan(20 + (started - asked) / 10);
});

test("headers that are too large are refused", async () => {
  const asked = { headers: { "x-large": "x".repeat(100_000) } };
  expect(await rawRequest(`${served.url}/health`, asked)).toMatchObject({ status: 431 });
});
