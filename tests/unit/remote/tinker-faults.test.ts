// What a network and a busy service do to the client: every step is done once, every wait is told, every end has a way on.
import { expect, test } from "vitest";
import { SamplingClient } from "../../../src/remote/tinker/sampling-client.ts";
import type { FakeTinker, TinkerAsked, TinkerTrouble } from "../../support/fake-tinker.ts";
import {
  adam,
  countingDatum,
  fakeTinker,
  openSession,
  trainingClient,
  watched,
} from "../../support/tinker.ts";

const data = [countingDatum(0), countingDatum(10)];

/** Trouble with a path, for its first `times` requests. */
function trouble(fake: FakeTinker, path: string, times: number, what: TinkerTrouble): void {
  fake.trouble = (asked: TinkerAsked) =>
    asked.path === `/api/v1/${path}` && asked.before < times ? what : undefined;
}

async function clientOf(fake: FakeTinker, signal?: AbortSignal) {
  const seen = watched(fake, { signal });
  const session = await openSession(seen.options);
  return { ...seen, session, client: await trainingClient(session) };
}

const lostAnswers = [
  "forward_backward",
  "optim_step",
  "save_weights",
  "create_model",
  "retrieve_future",
];
for (const path of lostAnswers) {
  for (const drop of ["before", "after"] as const) {
    test(`${path}: lost ${drop} it was done, it is done once`, async () => {
      const fake = await fakeTinker();
      trouble(fake, path, 2, { drop });
      const { client } = await clientOf(fake);
      for (let step = 0; step < 3; step++)
        await Promise.all([client.pass(data), client.step(adam)]);
      await client.saveState("end");
      expect(fake.runs.size).toBe(1);
      expect(fake.lastRun.model.steps).toBe(3);
      expect(fake.lastRun.done.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const keys = fake.asked
        .filter((one) => one.path === `/api/v1/${path}`)
        .slice(0, 3)
        .map(({ headers }) => headers["x-idempotency-key"]);
      // a result is asked for anew, everything else is the same request again
      expect(new Set(keys).size).toBe(path === "retrieve_future" ? 3 : 1);
    });
  }
}

test("waits grow from half a second to ten, less up to a quarter; what the service asks for goes first", async () => {
  const fake = await fakeTinker();
  const seen = await clientOf(fake);
  trouble(fake, "optim_step", 7, { status: 503 });
  await seen.client.step(adam);
  const most = [500, 1000, 2000, 4000, 8000, 10_000, 10_000];
  expect(seen.waits).toHaveLength(7);
  for (const [at, wait] of seen.waits.entries()) {
    expect(wait).toBeLessThanOrEqual(most[at] ?? 0);
    expect(wait).toBeGreaterThanOrEqual(0.75 * (most[at] ?? 0));
  }
  seen.waits.length = 0;
  const asked = [{ "retry-after": "7" }, { "retry-after-ms": "1500" }, { "retry-after": "3600" }];
  let at = 0;
  fake.trouble = ({ path }) => {
    if (!path.endsWith("optim_step") || at >= asked.length) return undefined;
    return { status: 429, headers: asked[at++] as Record<string, string> };
  };
  await seen.client.step(adam);
  expect(seen.waits.slice(0, 2)).toEqual([7000, 1500]);
  expect(seen.waits[2]).toBeLessThanOrEqual(2000);
  expect(seen.notices.join("\n")).toContain("rate limit");
  expect(fake.lastRun.model.steps).toBe(2);
});

test("x-should-retry says it where it is there", async () => {
  const fake = await fakeTinker();
  const { client } = await clientOf(fake);
  const before = fake.asked.length;
  fake.trouble = ({ path }) =>
    path.endsWith("optim_step")
      ? { status: 503, headers: { "x-should-retry": "false" } }
      : undefined;
  await expect(client.step(adam)).rejects.toMatchObject({ code: "FT-REMOTE-010" });
  expect(fake.asked.length - before).toBe(1);
  await expect(
    client.step(adam),
    "nothing follows a request that was not taken",
  ).rejects.toMatchObject({
    code: "FT-REMOTE-010",
  });
  expect(fake.asked.length - before).toBe(1);
});

test("a queue that does not move is told once, with what it waits for", async () => {
  const fake = await fakeTinker();
  const { client, notices } = await clientOf(fake);
  let left = 3;
  fake.trouble = ({ path }) => {
    if (!path.endsWith("retrieve_future") || left-- <= 0) return undefined;
    return {
      status: 200,
      json: { type: "try_again", request_id: "x", queue_state: "paused_capacity" },
    };
  };
  await client.pass(data);
  expect(notices).toEqual([expect.stringContaining("no free machines")]);
  left = 1;
  await client.pass(data);
  expect(notices, "the next time it is told again").toHaveLength(2);
});

test("408 while waiting is a queue too", async () => {
  const fake = await fakeTinker();
  const { client, notices, waits } = await clientOf(fake);
  const json = { queue_state: "paused_rate_limit", queue_state_reason: "too many tokens" };
  let left = 2;
  fake.trouble = ({ path }) =>
    path.endsWith("retrieve_future") && left-- > 0 ? { status: 408, json } : undefined;
  await client.pass(data);
  expect(waits).toEqual([]);
  expect(notices).toEqual([expect.stringContaining("rate limit")]);
  expect(notices[0]).toContain("too many tokens");
});

test("402 waits for credit, and says so; after the time that the service gives it ends", async () => {
  const fake = await fakeTinker({ config: { billing_exception_max_pause_duration_sec: 20 } });
  const { client, notices, waits } = await clientOf(fake);
  const json = { detail: "no credit left" };
  trouble(fake, "optim_step", 3, { status: 402, json });
  await client.step(adam);
  expect(waits).toEqual([5000, 5000, 5000]);
  expect(notices[0]).toContain("no credit left");
  trouble(fake, "forward_backward", 100, { status: 402, json });
  await expect(client.pass(data)).rejects.toMatchObject({
    ...{ code: "FT-REMOTE-005", exitCode: 6 },
    hint: expect.stringContaining("--resume") as string,
  });
  expect(fake.lastRun.model.steps).toBe(1);
});

test("410: a lost answer is asked for anew, a lost step is not, and says how to go on", async () => {
  const fake = await fakeTinker();
  const { client, session } = await clientOf(fake);
  const path = await client.saveForSampler("one");
  const sampler = await SamplingClient.open(session, { path });
  let left = 2;
  fake.trouble = ({ path: of }) =>
    of.endsWith("retrieve_future") && left-- > 0 ? { status: 410 } : undefined;
  const options = { maxTokens: 2, temperature: 0, topP: 1, seed: 1 };
  const { sequences } = await sampler.sample([1], options);
  expect(sequences).toHaveLength(1);
  expect(fake.bodies("asample").map(({ seq_id }) => seq_id)).toEqual([0, 1, 2]);
  left = 1;
  await expect(client.step(adam)).rejects.toMatchObject({
    code: "FT-REMOTE-009",
    hint: expect.stringContaining("goes on from the last checkpoint") as string,
  });
  expect(fake.bodies("optim_step")).toHaveLength(1);
});

test("409: a name that is taken is asked for again, then told", async () => {
  const fake = await fakeTinker();
  const { client, waits } = await clientOf(fake);
  await client.saveState("same");
  await expect(client.saveState("same")).rejects.toMatchObject({ code: "FT-REMOTE-008" });
  expect(waits).toHaveLength(35);
});

test("5xx while waiting are asked again, at once and then with pauses", async () => {
  const fake = await fakeTinker();
  const { client, waits } = await clientOf(fake);
  let left = 6;
  fake.trouble = ({ path }) =>
    path.endsWith("retrieve_future") && left-- > 0 ? { status: 502 } : undefined;
  await client.pass(data);
  expect(waits).toEqual([8000, 16_000, 30_000]);
});

test("a slow answer is waited for", async () => {
  const fake = await fakeTinker();
  trouble(fake, "retrieve_future", 3, { delay: 150 });
  const { client } = await clientOf(fake);
  await client.pass(data);
  expect(fake.lastRun.done).toHaveLength(1);
});

const spoiled = {
  "half a message": Uint8Array.of(0x12, 0x7f, 1, 2),
  "no message at all": Buffer.from("<html>gateway</html>"),
};
for (const [name, raw] of Object.entries(spoiled)) {
  test(`protobuf that is ${name} is an error that names what to look at`, async () => {
    const fake = await fakeTinker();
    const { client } = await clientOf(fake);
    fake.trouble = ({ path }) => (path.endsWith("retrieve_future") ? { raw } : undefined);
    await expect(client.pass(data)).rejects.toMatchObject({
      code: "FT-REMOTE-013",
      hint: expect.stringContaining("--wire json") as string,
    });
  });
}

test("what fails at the service is told by whose fault it is", async () => {
  const fake = await fakeTinker();
  const { client } = await clientOf(fake);
  for (const [category, code] of [
    ["user", "FT-REMOTE-011"],
    ["server", "FT-REMOTE-012"],
  ]) {
    fake.trouble = ({ path }) =>
      path.endsWith("retrieve_future")
        ? { status: 200, json: { error: "out of range", category } }
        : undefined;
    await expect(client.pass(data)).rejects.toMatchObject({
      code,
      message: expect.stringContaining("out of range") as string,
    });
  }
});

test("a key that is not accepted ends at once, and is nowhere in what is told", async () => {
  const fake = await fakeTinker();
  fake.trouble = () => ({ status: 401, json: { detail: "bad key tml-of-the-tests" } });
  const error: unknown = await openSession(watched(fake).options).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: "FT-REMOTE-004", exitCode: 6 });
  expect(String((error as Error).message)).not.toContain("tml-of-the-tests");
  expect(fake.asked).toHaveLength(1);
});

test("stopping ends every wait", async () => {
  const fake = await fakeTinker();
  const stop = new AbortController();
  const { client } = await clientOf(fake, stop.signal);
  fake.trouble = ({ path }) => (path.endsWith("retrieve_future") ? { delay: 20_000 } : undefined);
  const passing = client.pass(data);
  setTimeout(() => stop.abort(new Error("enough")), 50);
  await expect(passing).rejects.toThrow("enough");
});
