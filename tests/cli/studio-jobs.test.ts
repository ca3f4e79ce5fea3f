// Evaluation, export and upload over the API: each to its end, cancelled and tried again, and killed in the middle: what
// is there is whole, and what was done is not done again.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { FakeHub } from "../support/fake-hub.ts";
import { makeFolder } from "../support/folders.ts";
import { heldTasks, letGo } from "../support/held-tasks.ts";
import type { OpenApiClient } from "../support/openapi-client.ts";
import { childrenOf, killHard } from "../support/program.ts";
import { followed, studioProgram } from "../support/studio-program.ts";
import { makeToyModel } from "../support/toy-model.ts";

const hub = new FakeHub();
const token = "hf_knownToTheHub";
let endpoint: string;
/** Of about 130 MB, so that writing it takes long enough to be met. */
let large: string;

beforeAll(async () => {
  endpoint = await hub.start();
  hub.accounts[token] = { name: "me" };
  large = await makeToyModel(join(inject("runFolder"), "large-toy"), {
    config: { hidden_size: 512, intermediate_size: 2048, num_hidden_layers: 8 },
  });
}, 300_000);
afterAll(() => hub.stop());

async function studio(home = makeFolder()) {
  const env = { FT_HOME: home, HF_ENDPOINT: endpoint, HF_TOKEN: token, HF_HUB_OFFLINE: "0" };
  const started = await studioProgram(env);
  onTestFinished(async () => {
    started.program.process.kill("SIGTERM");
    await started.program.ended;
  });
  const { client } = started;
  const submit = async (kind: string, parameters: object): Promise<string> => {
    const { status, body } = await client.call("postV1Jobs", { body: { kind, parameters } });
    expect([status, body.status], JSON.stringify(body)).toEqual([200, "pending"]);
    return body.id as string;
  };
  return { ...started, home, submit, job: jobOf(client), ended: endOf(client) };
}

interface Told {
  status: string;
  result: Record<string, unknown>;
  error: string | null;
}

const jobOf =
  (client: OpenApiClient) =>
  async (id: string): Promise<Told> =>
    (await client.call("getV1JobsId", { params: { id } })).body.job as Told;

const endOf =
  (client: OpenApiClient) =>
  async (id: string): Promise<Told> => {
    const seen = await followed(
      () => jobOf(client)(id),
      ({ status }) => ["completed", "failed", "cancelled"].includes(status),
    );
    return seen.at(-1)!;
  };

function dataFile(rows: number): string {
  const path = join(makeFolder(), "rows.jsonl");
  const lines = Array.from({ length: rows }, (_, at) =>
    JSON.stringify({ prompt: `say ${at}`, completion: `it is ${at}` }),
  );
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** Lines that are whole, each the answer to a row of its own. */
function answersIn(folder: string): number[] {
  const path = join(folder, "results.jsonl");
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { index: number }).index);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

async function until(what: () => boolean, every = 20): Promise<void> {
  for (const end = Date.now() + 120_000; !what();) {
    if (Date.now() > end) throw new Error("not within two minutes");
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** A process and all that it has started, ended at once. */
function killAll(pid: number): void {
  const children = childrenOf(pid);
  killHard(pid);
  for (const child of children) killAll(child);
}

test(
  "an evaluation, an export and an upload of it are done to their ends and told",
  { timeout: 600_000 },
  async () => {
    const { client, submit, ended } = await studio();
    const [evaluated, exported] = [join(makeFolder(), "scores"), join(makeFolder(), "tiny")];
    const data = dataFile(8);
    const asked = { model: "builtin/tiny", data, output: evaluated, maxGenLength: 8 };
    const evaluation = await submit("evaluation", asked);
    const exporting = await submit("export", {
      ...{ format: "hf", model: "builtin/tiny", output: exported },
    });
    const scored = await ended(evaluation);
    expect(scored, scored.error ?? "").toMatchObject({
      status: "completed",
      result: {
        ...{ model: "builtin/tiny", samples: 8, resultsFile: join(evaluated, "results.jsonl") },
        scores: { exact_match: expect.any(Number) as number, rougeL: expect.any(Number) as number },
      },
    });
    expect(answersIn(evaluated)).toEqual(upTo(8));
    expect(await ended(exporting)).toMatchObject({ status: "completed", result: { format: "hf" } });
    expect(readdirSync(exported)).toContain("model.safetensors");

    const upload = await submit("upload", { folder: exported, id: "me/tiny", license: "mit" });
    const sent = await ended(upload);
    expect(sent, sent.error ?? "").toMatchObject({
      ...{ status: "completed", result: { isNew: true, files: expect.any(Number) as number } },
    });
    expect(hub.uploads.commits.length).toBeGreaterThan(0);
    const log = await client.call("getV1JobsIdLog", { params: { id: upload } });
    expect(log.text).not.toContain(token);

    const taken = { kind: "export", parameters: { format: "hf", model: "x", output: exported } };
    expect(await client.call("postV1Jobs", { body: taken })).toMatchObject({
      ...{ status: 400, body: { error: { code: "FT-USAGE-014", hint: expect.any(String) } } },
    });
    const wrong = { kind: "evaluation", parameters: { model: "builtin/tiny", numSamples: 0 } };
    expect((await client.call("postV1Jobs", { body: wrong })).status).toBe(422);
    const name = { kind: "upload", parameters: { folder: exported, id: "no name" } };
    expect((await client.call("postV1Jobs", { body: name })).status).toBe(400);
  },
);

test(
  "an evaluation that is cancelled keeps its answers, and goes on with the rest, also after kill -9",
  { timeout: 600_000 },
  async () => {
    const { client, program, submit, job, ended } = await studio();
    const output = join(makeFolder(), "scores");
    const count = 200;
    const data = dataFile(count);
    const asked = { model: "builtin/tiny", data, output, numSamples: count, maxGenLength: 60 };
    const id = await submit("evaluation", asked);
    await until(() => answersIn(output).length > 5);
    const first = await heldTasks(program.process.pid!);
    const cancelled = await client.call("postV1JobsIdCancel", { params: { id } });
    expect([cancelled.status, cancelled.body.status]).toEqual([200, "cancelled"]);
    await letGo(first);
    const before = answersIn(output).length;
    expect(before).toBeLessThan(count);
    expect(answersIn(output)).toEqual(upTo(before));

    await client.call("postV1JobsIdRetry", { params: { id } });
    await until(() => answersIn(output).length > before + 5);
    await heldTasks(program.process.pid!);
    for (const worker of childrenOf(program.process.pid!)) killAll(worker);
    const left = answersIn(output).length;
    expect([left > before, left < count, (await job(id)).status]).toEqual([true, true, "running"]);
    const done = await ended(id);
    expect(done, done.error ?? "").toMatchObject({
      status: "completed",
      result: { samples: count },
    });
    expect(answersIn(output)).toEqual(upTo(count));
  },
);

test(
  "an export that is cancelled or killed leaves nothing half written, and goes on to a whole one",
  { timeout: 600_000 },
  async () => {
    const { client, program, submit, ended } = await studio();
    const folder = makeFolder();
    const output = join(folder, "out");
    const isBegun = (): boolean => readdirSync(folder).some((name) => name.startsWith(".out.tmp-"));
    const begin = async (): Promise<{ id: string; tasks: number[] }> => {
      const id = await submit("export", { format: "hf", model: large, output });
      await until(isBegun, 2);
      const tasks = await heldTasks(program.process.pid!);
      expect(existsSync(output), "the export was over before it could be held").toBe(false);
      return { id, tasks };
    };
    const first = await begin();
    await client.call("postV1JobsIdCancel", { params: { id: first.id } });
    expect((await ended(first.id)).status).toBe("cancelled");
    await letGo(first.tasks);
    expect(readdirSync(folder)).toEqual([]);

    const { id: second } = await begin();
    for (const worker of childrenOf(program.process.pid!)) killAll(worker);
    // killed in the middle; what it left is taken away by the next worker, perhaps by now
    expect(existsSync(output)).toBe(false);
    const done = await ended(second);
    expect(done, done.error ?? "").toMatchObject({ status: "completed" });
    expect(readdirSync(folder)).toEqual(["out"]);
    const bytes = (place: string) => readFileSync(join(place, "model.safetensors")).length;
    expect(bytes(output)).toBeGreaterThan(0.9 * bytes(large));
  },
);
