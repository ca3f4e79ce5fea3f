// The client of Tinker against a service that really holds a model: what is sent, in which order, and that losses fall.
import { expect, test } from "vitest";
import { SamplingClient } from "../../../src/remote/tinker/sampling-client.ts";
import type { TrainingClient } from "../../../src/remote/tinker/training-client.ts";
import { TrainingClient as Training } from "../../../src/remote/tinker/training-client.ts";
import {
  adam,
  countingDatum,
  fakeTinker,
  openSession,
  trainingClient,
  watched,
} from "../../support/tinker.ts";

const data = [0, 10, 20].map((start) => countingDatum(start));

/** The mean over what is learned, after so many steps. */
async function lossesOf(client: TrainingClient, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const passed = client.pass(data);
    const stepped = client.step(adam);
    const { logprobs = [] } = await passed;
    await stepped;
    const sums = logprobs.map((row, at) =>
      Array.from(row).reduce(
        (sum, value, token) => sum - value * (data[at]?.weights[token] ?? 0),
        0,
      ),
    );
    losses.push(sums.reduce((a, b) => a + b, 0) / 12);
  }
  return losses;
}

for (const wire of ["protobuf", "json"] as const) {
  test(`losses fall, and state is kept and brought back with the optimizer's, over ${wire}`, async () => {
    const fake = await fakeTinker();
    const session = await openSession(watched(fake).options);
    const client = await trainingClient(session, wire);
    expect(client.model).toMatchObject({ name: "Qwen/Qwen3-8B", rank: 8 });
    const losses = await lossesOf(client, 3);
    expect(losses[0]).toBeCloseTo(Math.log(512), 5);
    expect(losses[2]).toBeLessThan((losses[0] ?? 0) - 0.5);
    const uri = await client.saveState("step_0003");
    expect(uri).toBe(`tinker://${client.model.modelId}/weights/step_0003`);
    const again = await Training.load(session, { path: uri, wire });
    expect(await lossesOf(again, 2)).toEqual(await lossesOf(client, 2));
    expect(fake.bodies("load_weights")).toMatchObject([
      { path: uri, optimizer: true, model_seq_id: 1 },
    ]);
  });
}

test("one sequence of numbers a model: passes, steps and checkpoints in the order they were asked for", async () => {
  const fake = await fakeTinker();
  const client = await trainingClient(await openSession(watched(fake).options));
  await Promise.all([
    client.pass(data),
    client.step(adam),
    client.pass(data, { forwardOnly: true }),
    client.saveState("a"),
    client.saveForSampler("a"),
  ]);
  expect(fake.lastRun.done).toEqual([
    { seq: 1, kind: "forward_backward" },
    { seq: 2, kind: "optim_step" },
    { seq: 3, kind: "forward" },
    { seq: 4, kind: "weights" },
    { seq: 5, kind: "sampler_weights" },
  ]);
  expect(client.requests).toBe(5);
});

test("the pass and its step are both handed over before either result is asked for", async () => {
  const fake = await fakeTinker();
  const client = await trainingClient(await openSession(watched(fake).options));
  const before = fake.asked.length;
  await Promise.all([client.pass(data), client.step(adam)]);
  const paths = fake.asked.slice(before).map(({ path }) => path.replace("/api/v1/", ""));
  expect(paths.indexOf("optim_step")).toBeGreaterThan(paths.indexOf("forward_backward"));
  expect(paths.filter((path) => path !== "retrieve_future")).toEqual([
    "forward_backward",
    "optim_step",
  ]);
});

test("many rows go in chunks side by side, the first one last, and come back as one", async () => {
  const fake = await fakeTinker({ config: { fwdbwd_max_chunk_len: 2 } });
  const client = await trainingClient(await openSession(watched(fake).options));
  const many = Array.from({ length: 5 }, (_, at) => countingDatum(3 * at, 4 + at));
  const { logprobs = [], metrics, data: count } = await client.pass(many);
  expect(logprobs.map(({ length }) => length)).toEqual([4, 5, 6, 7, 8]);
  expect(count).toBe(5);
  const learned = many.flatMap(({ weights }) => [...weights]).filter((one) => one === 1).length;
  expect(metrics["loss:sum"]).toBeCloseTo(learned * Math.log(512), 5);
  const sent = fake.bodies("forward_backward") as unknown as { seq_id: number; data: unknown[] }[];
  expect(sent.at(-1)?.seq_id).toBe(1);
  expect(sent.map(({ seq_id }) => seq_id).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  expect(sent.map((one) => one.data.length).toSorted((a, b) => a - b)).toEqual([1, 2, 2]);
});

test("rows are also parted by the bytes that the service takes, one after the other where it wants that", async () => {
  const config = { fwdbwd_max_chunk_bytes_count: 300, parallel_fwdbwd_chunks: false };
  const fake = await fakeTinker({ config });
  const client = await trainingClient(await openSession(watched(fake).options));
  await client.pass(Array.from({ length: 5 }, (_, at) => countingDatum(at)));
  const sent = fake.bodies("forward_backward") as unknown as { seq_id: number; data: unknown[] }[];
  expect(sent.map(({ seq_id, data: rows }) => [seq_id, rows.length])).toEqual([
    [1, 2],
    [2, 2],
    [3, 1],
  ]);
});

test("rows are compressed where the service asks for it", async () => {
  const fake = await fakeTinker({ config: { proto_compress_fwdbwd: true } });
  const client = await trainingClient(await openSession(watched(fake).options));
  await client.pass(data);
  const sent = fake.asked.find(({ path }) => path.endsWith("forward_backward"));
  expect(sent?.headers["content-encoding"]).toBe("zstd");
  expect(Number(sent?.headers["content-length"])).toBeLessThan(400);
  expect(sent?.body).toMatchObject({ seq_id: 1, loss_fn: "cross_entropy" });
});

test("the heartbeat keeps a session alive until it is closed", async () => {
  const fake = await fakeTinker();
  const session = await openSession(watched(fake, { heartbeat: 10 }).options);
  await expect.poll(() => fake.bodies("session_heartbeat").length).toBeGreaterThan(2);
  session.close();
  const count = fake.bodies("session_heartbeat").length;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(fake.bodies("session_heartbeat").length).toBeLessThanOrEqual(count + 1);
  expect(fake.bodies("session_heartbeat")[0]).toEqual({
    session_id: session.id,
    type: "session_heartbeat",
  });
});

test("a key is exchanged for a short-lived token where the service wants that", async () => {
  const fake = await fakeTinker({ config: { pjwt_auth_enabled: true } });
  await openSession(watched(fake).options);
  const keys = fake.asked.map(({ path, headers }) => [
    path.replace("/api/v1/", ""),
    headers["x-api-key"],
  ]);
  expect(keys).toEqual([
    ["client/config", "tml-of-the-tests"],
    ["auth/token", "tml-of-the-tests"],
    ["create_session", "eyJ.fake.jwt"],
  ]);
});

test("a token that has run out is exchanged anew, once", async () => {
  const fake = await fakeTinker({ config: { pjwt_auth_enabled: true } });
  const { options, waits } = watched(fake);
  const session = await openSession(options);
  const headers = { "www-authenticate": 'Bearer error="invalid_token"' };
  let rejected = 1;
  fake.trouble = ({ path }) =>
    path.endsWith("create_model") && rejected-- > 0 ? { status: 401, headers } : undefined;
  const client = await trainingClient(session);
  expect(fake.bodies("auth/token")).toHaveLength(2);
  expect(waits).toEqual([]);
  rejected = 2;
  fake.trouble = ({ path }) =>
    path.endsWith("optim_step") && rejected-- > 0 ? { status: 401, headers } : undefined;
  await expect(client.step(adam)).rejects.toMatchObject({ code: "FT-REMOTE-004" });
});

test("a checkpoint answers, and says how likely a text is", async () => {
  const fake = await fakeTinker();
  const session = await openSession(watched(fake).options);
  const client = await trainingClient(session);
  await lossesOf(client, 4);
  const path = await client.saveForSampler("four");
  const sampler = await SamplingClient.open(session, { path });
  const options = { maxTokens: 3, temperature: 0, topP: 1, seed: 1 };
  const { sequences } = await sampler.sample([3, 4], options);
  expect(sequences).toMatchObject([{ tokens: [5, 6, 7], stopped: false }]);
  const tuned = await sampler.logprobs([4, 5, 6]);
  const base = await (
    await SamplingClient.open(session, { base: "Qwen/Qwen3-8B" })
  ).logprobs([4, 5, 6]);
  expect(tuned[0]).toBeNaN();
  expect(base[1]).toBeCloseTo(-Math.log(512), 5);
  expect(tuned[1]).toBeGreaterThan(-3);
});
