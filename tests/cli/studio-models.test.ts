// Models over the API: the hub searched, a model pulled as a job that is cancelled, killed and goes on, settings
// recommended for it; and what is said where the hub may not be asked.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { FakeHub } from "../support/fake-hub.ts";
import { makeFolder } from "../support/folders.ts";
import { childrenOf, killHard } from "../support/program.ts";
import { followed, studioProgram } from "../support/studio-program.ts";
import { makeToyModel, toyRow } from "../support/toy-model.ts";

const hub = new FakeHub();
const id = "org/toy";
let endpoint: string;

beforeAll(async () => {
  endpoint = await hub.start();
  const toy = await makeToyModel(join(makeFolder(), "model"), {
    config: { hidden_size: 64, intermediate_size: 128 },
  });
  writeFileSync(
    join(toy, "chat_template.jinja"),
    "{% for m in messages %}{{ m.content }}{% endfor %}",
  );
  const read = readdirSync(toy).map((name) => [name, readFileSync(join(toy, name))]);
  const files = Object.fromEntries(read) as Record<string, Buffer>;
  const repository = { refs: { main: "a".repeat(40) }, files, tags: ["safetensors", "llama"] };
  hub.repositories[id] = { ...repository, downloads: 10, parameters: { F32: 37_184 } };
  hub.repositories["org/toy-more"] = { ...repository, downloads: 20 };
});
afterAll(() => hub.stop());
beforeEach(() => hub.reset());

async function studio({ offline = "0", home = makeFolder() } = {}) {
  const cache = join(home, "cache");
  const env = { FT_HOME: home, HF_ENDPOINT: endpoint, HF_HUB_OFFLINE: offline, HF_HOME: cache };
  const started = await studioProgram(env);
  onTestFinished(async () => {
    started.program.process.kill("SIGTERM");
    await started.program.ended;
  });
  const { client } = started;
  const until = async (job: string, statuses: readonly string[]) => {
    const ask = async () => (await client.call("getV1JobsId", { params: { id: job } })).body.job;
    const seen = await followed(ask, ({ status }) => statuses.includes(status as string));
    return seen.at(-1);
  };
  return { ...started, home, cache, until };
}

/** Where downloads of the weights began, by their first bytes; parts that are looked at do not count. */
const begunAt = (): string[] =>
  hub.asked.flatMap((line, at) => {
    const { range = "bytes=0-" } = hub.headers[at] ?? {};
    return line.includes("model.safetensors") && range.endsWith("-") ? [range] : [];
  });

async function met(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 150_000; !what();) {
    if (Date.now() > end) throw new Error("not within two minutes and a half");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const stalled = { stall: true, toTheEnd: true, only: "model.safetensors" };

/** One download of the weights, from where an earlier one was broken off. */
const fromThere = [expect.stringMatching(/^bytes=[1-9]\d*-$/)];

test(
  "a pull is a job with progress; cancelled in the middle and tried again it goes on from its last byte",
  { timeout: 600_000 },
  async () => {
    const { client, program, cache, until } = await studio();
    hub.reset(stalled);
    const { status, body } = await client.call("postV1ModelsPull", { body: { model: id } });
    expect([status, body.kind, body.parameters]).toEqual([200, "download", { model: id }]);
    const params = { id: body.id as string };
    await met(() => begunAt().length > 0);
    const seen = await followed(
      async () => {
        const { events } = (await client.call("getV1JobsIdLog", { params })).body;
        const told = (events as { type: string; data: object }[]).findLast(
          ({ type }) => type === "unit-progress",
        );
        return { status: "", ...told?.data } as { status: string; of?: string; done?: number };
      },
      ({ of, done = 0 }) => of === "bytes" && done > 0,
    );
    expect(seen.at(-1)).toMatchObject({ total: expect.any(Number) });
    const cancelled = await client.call("postV1JobsIdCancel", { params });
    expect(cancelled.body.status).toBe("cancelled");
    const snapshot = join(cache, "hub/models--org--toy/snapshots", "a".repeat(40));
    expect(existsSync(join(snapshot, "model.safetensors"))).toBe(false);

    // the process of the cancelled one ends before the next begins
    await met(() => childrenOf(program.process.pid!).every((one) => childrenOf(one).length === 0));
    hub.reset();
    await client.call("postV1JobsIdRetry", { params });
    const done = await until(body.id as string, ["completed", "failed"]);
    expect(done, done.error as string).toMatchObject({
      ...{ status: "completed", result: { model: id, folder: snapshot, wasHere: false } },
    });
    expect(begunAt()).toEqual(fromThere);
    expect(readFileSync(join(snapshot, "model.safetensors"))).toEqual(
      hub.repositories[id]?.files["model.safetensors"],
    );
    const listed = await client.call("getV1Models", { query: { source: "cache" } });
    expect(listed.body.models).toMatchObject([{ name: id, source: "cache", supported: true }]);
  },
);

test(
  "a pull whose worker is killed goes on; what is here is not fetched again, and can be quantized",
  { timeout: 600_000 },
  async () => {
    const { client, program, until } = await studio();
    const pulled = async (kind: string, parameters: object) => {
      const { body } = await client.call("postV1Jobs", { body: { kind, parameters } });
      return await until(body.id as string, ["completed", "failed"]);
    };
    hub.reset(stalled);
    const { body } = await client.call("postV1ModelsPull", { body: { model: id } });
    await met(() => begunAt().length > 0);
    hub.reset();
    for (const worker of childrenOf(program.process.pid!)) killHard(worker);
    expect((await until(body.id as string, ["completed", "failed"])).status).toBe("completed");
    expect(begunAt()).toEqual(fromThere);

    hub.reset();
    const output = join(makeFolder(), "small");
    expect(await pulled("download", { model: id, quantize: "8bit", output })).toMatchObject({
      ...{ status: "completed", result: { folder: output } },
    });
    expect(await pulled("download", { model: id })).toMatchObject({
      ...{ status: "completed", result: { wasHere: true } },
    });
    expect(begunAt()).toEqual([]);
    expect(readdirSync(output)).toContain("model.safetensors");
  },
);

test(
  "the hub is searched, and settings are recommended for a model of it",
  { timeout: 300_000 },
  async () => {
    const { client, until } = await studio();
    const found = await client.call("getV1ModelsSearch", { query: { q: "toy", limit: 5 } });
    expect(found.body.models).toMatchObject([
      { name: "org/toy-more", source: "huggingface", supported: true, memoryBytes: null },
      { name: id, memoryBytes: expect.any(Number) },
    ]);
    const none = await client.call("getV1ModelsSearch", { query: { q: "nothing-like-that" } });
    expect(none.body).toEqual({ models: [] });
    expect((await client.call("getV1ModelsSearch", { query: { q: "" } })).status).toBe(422);

    const text = Array.from({ length: 40 }, (_, at) => JSON.stringify(toyRow(at))).join("\n");
    const upload = await client.call("postDatasetsUpload", { file: { name: "rows.jsonl", text } });
    const dataset_id = upload.body.dataset_id as number;
    const query = { model: id, dataset_id, memory: "8" };
    const { status, body } = await client.call("getV1ModelsRecommend", { query });
    expect([status, begunAt().length], JSON.stringify(body)).toEqual([200, 0]);
    expect(body).toMatchObject({
      config: { model: { name: id }, data: { train_file: expect.stringMatching(/\.jsonl$/) } },
      estimate: { availableBytes: 8e9, peakBytes: expect.any(Number) },
      figures: { rows: expect.any(Number) },
      yaml: expect.stringContaining("train_file:"),
    });
    expect(body.reasons.length).toBeGreaterThan(3);
    const checked = await client.call("postV1TrainValidate", { body: { config: body.config } });
    expect(checked.status, checked.text).toBe(200);

    const refused = async (more: Record<string, string | number>) => {
      const answer = await client.call("getV1ModelsRecommend", { query: { ...query, ...more } });
      return [answer.status, answer.body.error.code];
    };
    expect(await refused({ memory: "1KB" })).toEqual([422, "FT-RECOMMEND-001"]);
    expect(await refused({ memory: "much" })).toEqual([400, "FT-CORE-001"]);
    expect(await refused({ dataset_id: 99 })).toEqual([404, "FT-PLATFORM-001"]);
    expect(await refused({ model: "/etc" })).toEqual([404, "FT-STUDIO-404"]);
    expect(await refused({ model: "org/none" })).toEqual([404, "FT-WEIGHTS-031"]);
    const path = await client.call("postV1ModelsPull", { body: { model: "./toy" } });
    expect([path.status, path.body.error.code]).toEqual([400, "FT-WEIGHTS-041"]);
    const unknown = await client.call("postV1ModelsPull", { body: { model: "org/none" } });
    const failed = await until(unknown.body.id as string, ["completed", "failed"]);
    expect(failed).toMatchObject({ status: "failed", error: expect.stringContaining("org/none") });
  },
);

test("offline, nothing is asked, and what mends it is said", { timeout: 300_000 }, async () => {
  const { client } = await studio({ offline: "1" });
  const found = await client.call("getV1ModelsSearch", { query: { q: "toy" } });
  expect([found.status, found.body.error.code]).toEqual([502, "FT-MODEL-030"]);
  expect(found.body.error.hint).toContain("HF_HUB_OFFLINE=0 ft models search toy");
  const pulled = await client.call("postV1ModelsPull", { body: { model: id } });
  expect([pulled.status, pulled.body.error.code]).toEqual([502, "FT-WEIGHTS-030"]);
  expect(pulled.body.error.hint).toContain(`ft models pull ${id}`);
  const told = await client.call("getV1ModelsRecommend", { query: { model: id } });
  expect([told.status, told.body.error.code]).toEqual([502, "FT-WEIGHTS-030"]);
  const here = { model: "builtin/tiny", memory: "4GB" };
  expect((await client.call("getV1ModelsRecommend", { query: here })).status).toBe(200);
  expect(hub.asked).toEqual([]);
});
