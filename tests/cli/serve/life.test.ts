// A served model through its life: its process killed, clients that leave, too many of them, time that is up, a network
// that sees it, and its end.
import { expect, test } from "vitest";
import { isAlive, runProgram, until } from "../../support/program.ts";
import {
  nextModelProcess,
  post,
  rawRequest,
  type ServedModel,
  serveToy,
} from "../../support/served-model.ts";

const messages = [{ role: "user", content: "hi" }];

/** The same token again and again, for longer than any test waits. */
const long = { messages, max_tokens: 100_000, logit_bias: { 35: 100 }, temperature: 0 };

async function stream(served: ServedModel, signal?: AbortSignal): Promise<Response> {
  return await fetch(`${served.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...long, stream: true }),
    ...(signal && { signal }),
  });
}

async function gauge(served: ServedModel, name: string): Promise<number> {
  const text = await (await fetch(`${served.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
}

async function untilOpen(served: ServedModel, count: number): Promise<void> {
  const end = Date.now() + 90_000;
  while ((await gauge(served, "ft_open_requests")) !== count) {
    if (Date.now() > end) throw new Error(`never ${count} open`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("kill -9 of the model's process ends a stream with an error, and the next request is answered", async () => {
  const served = await serveToy();
  const killed = await served.modelProcess();
  const answer = await stream(served);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? "";
  const whole = post(`${served.url}/v1/chat/completions`, long);
  await untilOpen(served, 2);
  // requests are begun in their order: once a third is being written, so is the second
  const third = (await stream(served)).body!.getReader();
  await third.read();
  process.kill(killed, "SIGKILL");
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value;
  const last = text.trimEnd().split("\n\n").at(-1) ?? "";
  expect(JSON.parse(last.slice("data: ".length))).toMatchObject({
    error: { type: "server_error", code: "FT-SERVE-001" },
  });
  expect(await whole).toMatchObject({ status: 503, body: { error: { code: "FT-SERVE-001" } } });

  const next = await post(`${served.url}/v1/chat/completions`, { messages, max_tokens: 3 });
  expect(next).toMatchObject({ status: 200 });
  const model = await served.modelProcess();
  expect(model).not.toBe(killed);
  expect(await gauge(served, "ft_model_restarts")).toBe(1);
  expect(await gauge(served, "ft_open_requests")).toBe(0);
  await served.stop();
  await until(() => !isAlive(model));
});

test("what the model's process had not begun when it was killed, or before it was ready again, is answered by the next", async () => {
  const served = await serveToy();
  const ask = () => post(`${served.url}/v1/chat/completions`, { messages, max_tokens: 3 });
  for (const times of [1, 2]) {
    const first = await served.modelProcess();
    process.kill(first, "SIGKILL");
    const asked = Array.from({ length: 4 }, ask);
    if (times === 2) process.kill(await nextModelProcess(served, first), "SIGKILL");
    for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ status: 200 });
  }
  expect(await gauge(served, "ft_model_restarts")).toBe(3);
  expect(await gauge(served, "ft_open_requests")).toBe(0);
  await served.stop();
});

test("a client that leaves frees its place; one too many is told when to come again", async () => {
  const served = await serveToy(["--parallel", "1", "--queue", "1"]);
  const leaving = new AbortController();
  await stream(served, leaving.signal);
  const second = stream(served, leaving.signal).catch(() => undefined);
  await untilOpen(served, 2);
  const url = `${served.url}/v1/chat/completions`;
  const headers = { "content-type": "application/json" };
  const asked = { method: "POST", headers, body: JSON.stringify({ messages }) };
  const refused = await rawRequest(url, asked);
  expect(refused).toMatchObject({ status: 429, headers: { "retry-after": expect.any(String) } });
  expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
  leaving.abort();
  await second;
  await untilOpen(served, 0);
  expect(await post(url, { messages, max_tokens: 2 })).toMatchObject({ status: 200 });
  await served.stop();
});

test("an answer has its time, and is cut with an error", async () => {
  // where every core is busy, two seconds may be over before the first word
  for (const seconds of [2, 10, 50]) {
    const served = await serveToy(["--timeout", String(seconds)]);
    const answer = await stream(served);
    const text = await answer.text();
    await untilOpen(served, 0);
    await served.stop();
    expect(text.slice(-200)).toContain('"code":"timeout"');
    if (answer.status === 504) continue;
    expect(text.slice(-200)).toMatch(/"code":"timeout"\}\}\n\n$/);
    return;
  }
  throw new Error("no answer began within its time");
});

test("beyond this machine a token is made, told, and asked for", async () => {
  const served = await serveToy(["--host", "0.0.0.0"]);
  expect(served.token).toMatch(/^[\w-]{32}$/);
  for (const path of ["/health", "/v1/models", "/metrics", "/v1/adapters", "/nothing"])
    expect(await rawRequest(served.url + path)).toMatchObject({ status: 401 });
  const wrong = { authorization: "Bearer wrong" };
  expect(await rawRequest(`${served.url}/v1/models`, { headers: wrong })).toMatchObject({
    status: 401,
  });
  for (const headers of [
    { authorization: `Bearer ${served.token}` },
    { "x-api-key": served.token! },
  ])
    expect(await rawRequest(`${served.url}/v1/models`, { headers })).toMatchObject({ status: 200 });
  await served.stop();
  const { stderr } = await served.program.ended;
  expect(stderr).toContain("every network of this machine");
});

test("a model that is not there, and a port that is taken, end it before it listens", async () => {
  const missing = await runProgram(["serve", "./no-such-model", "--port", "0"]);
  expect(missing.code).not.toBe(0);
  expect(missing.stdout).toBe("");
  const served = await serveToy();
  const { port } = new URL(served.url);
  const taken = await runProgram(["serve", "builtin/tiny", "--port", port]);
  expect(taken).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/FT-SERVE-009.*another program uses that port/),
  });
  await served.stop();
});

test("a host is an address of this machine, and answers by its own name", async () => {
  const nobody = await runProgram(["serve", "builtin/tiny", "--host", ""]);
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining("--host: must be") });
  // an address for documentation: no machine has it
  const elsewhere = ["serve", "builtin/tiny", "--port", "0", "--host", "192.0.2.1"];
  const refused = await runProgram(elsewhere);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("another --host") });
  if (process.platform !== "linux") return; // elsewhere only 127.0.0.1 is there
  const served = await serveToy(["--host", "127.0.0.2"]);
  expect(await rawRequest(`${served.url}/health`)).toMatchObject({ status: 200 });
  await served.stop();
});
