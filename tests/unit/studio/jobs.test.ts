// Jobs over the API: found, changed, followed; events that were missed are told again.
import { expect, onTestFinished, test } from "vitest";
import {
  createJob,
  type Job,
  logToJob,
  openStore,
  runWorker,
  type Store,
  storePath,
  unitKinds,
} from "../../../src/store/index.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";

async function storeOf({ home }: TestStudio): Promise<Store> {
  const store = await openStore(storePath({ FT_HOME: home }));
  onTestFinished(() => store.close());
  return store;
}

const unitsOf = (count: number) => Array.from({ length: count }, (_, at) => ({ key: `u${at}` }));

const made = async (store: Store, units = 3): Promise<Job> =>
  await createJob(store, { kind: "toy", title: "A toy", units: unitsOf(units) });

const kinds = unitKinds({ toy: { concurrency: 2, run: async () => ({ result: 1 }) } });

interface Told {
  id: number;
  data: { type: string; job_id: string; id: number };
}

/** Events of a stream until it ends, or until `enough`. */
async function eventsOf(
  studio: TestStudio,
  path: string,
  {
    lastId,
    enough = Infinity,
    opened,
  }: { lastId?: number; enough?: number; opened?: () => void } = {},
): Promise<Told[]> {
  const stop = new AbortController();
  const headers = lastId === undefined ? {} : { "last-event-id": String(lastId) };
  const answer = await studio.ask(path, { headers, signal: stop.signal });
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  opened?.();
  const told: Told[] = [];
  let text = "";
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += next.value;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const id = /^id: (\d+)$/m.exec(part)?.[1];
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (id !== undefined && data !== undefined)
        told.push({ id: Number(id), data: JSON.parse(data) as Told["data"] });
    }
    if (told.length >= enough) {
      stop.abort();
      return told;
    }
  }
  return told;
}

test("jobs are listed, shown, paused, resumed, preferred, cancelled, tried again, removed", async () => {
  const studio = await testStudio();
  const { client } = studio;
  const store = await storeOf(studio);
  const { id } = await made(store);
  await made(store);
  await logToJob(store, { jobId: id }, "info", "a line");
  const params = { id };
  const list = await client.call("getV1Jobs", { query: { kind: "toy", limit: 1 } });
  expect(list.body.jobs).toHaveLength(1);
  expect((await client.call("getV1Jobs", { query: { status: "running" } })).body.jobs).toEqual([]);
  expect((await client.call("getV1Jobs", { query: { limit: 0 } })).status).toBe(422);
  const shown = await client.call("getV1JobsId", { params: { id: id.slice(0, -2) } });
  expect(shown.body.job).toMatchObject({ id, status: "pending", units: { total: 3, done: 0 } });
  const log = await client.call("getV1JobsIdLog", { params });
  expect(log.body.events.map(({ type }: { type: string }) => type)).toEqual(["job-created", "log"]);
  expect((await client.call("getV1JobsIdUnits", { params })).body.units).toHaveLength(3);
  const did = async (word: string) => {
    const { status, body } = await client.call(`postV1JobsId${word}`, { params });
    return [status, body.status ?? body.error.code];
  };
  expect(await did("Pause")).toEqual([200, "paused"]);
  expect(await did("Resume")).toEqual([200, "pending"]);
  expect(await did("Retry")).toEqual([409, "FT-JOB-003"]);
  const preferred = await client.call("putV1JobsIdPriority", { params, body: { priority: 5 } });
  expect(preferred.body.priority).toBe(5);
  expect((await client.call("deleteV1JobsId", { params })).status).toBe(409);
  expect(await did("Cancel")).toEqual([200, "cancelled"]);
  expect(await did("Retry")).toEqual([200, "pending"]);
  expect(await did("Cancel")).toEqual([200, "cancelled"]);
  expect((await client.call("deleteV1JobsId", { params })).body).toEqual({ deleted: id });
  expect((await client.call("getV1JobsId", { params })).status).toBe(404);
});

test("whoever saw an event that this store has not had, as before a copy was brought back, hears what comes", async () => {
  const studio = await testStudio();
  const store = await storeOf(studio);
  const { id } = await made(store, 2);
  let following: Promise<Told[]> | undefined;
  await new Promise<void>((opened) => {
    following = eventsOf(studio, `/api/v1/jobs/${id}/events`, { lastId: 999_999_999, opened });
  });
  await runWorker(store, kinds, { untilEnded: id, every: 10 });
  expect((await following)?.at(-1)?.data.type).toBe("job-completed");
});

test("a job's events come as they happen, end with it, and are told again from the one last seen", async () => {
  const studio = await testStudio();
  const store = await storeOf(studio);
  const { id } = await made(store, 5);
  const path = `/api/v1/jobs/${id}/events`;
  const following = eventsOf(studio, path);
  await runWorker(store, kinds, { untilEnded: id, every: 10 });
  const all = await following;
  const types = all.map(({ data }) => data.type);
  expect(types[0]).toBe("job-created");
  expect(types.at(-1)).toBe("job-completed");
  expect(types.filter((type) => type === "unit-done")).toHaveLength(5);
  expect(
    all.every((event, at) => event.id === event.data.id && event.id > (all[at - 1]?.id ?? 0)),
  ).toBe(true);
  for (const [at, { id: lastId }] of all.slice(0, -1).entries())
    expect(await eventsOf(studio, path, { lastId })).toEqual(all.slice(at + 1));
  const done = await studio.ask(path, {
    headers: { "last-event-id": String(all.at(-1)?.id) },
  });
  expect(done.status).toBe(204);
});

test(
  "a hundred clients see every event once, in order, whenever they come",
  { timeout: 120_000 },
  async () => {
    const studio = await testStudio();
    const store = await storeOf(studio);
    const total = 2 + 30 + 1;
    const { id } = await made(store, 30);
    const path = `/api/v1/events`;
    const early = Array.from({ length: 50 }, () =>
      eventsOf(studio, path, { lastId: 0, enough: total }),
    );
    const working = runWorker(store, kinds, { untilEnded: id, every: 10, slots: 1 });
    const late = Array.from({ length: 50 }, () =>
      eventsOf(studio, path, { lastId: 0, enough: total }),
    );
    await working;
    const seen = await Promise.all([...early, ...late]);
    const [first = []] = seen;
    expect(first.map((event) => event.id)).toEqual(
      Array.from({ length: total }, (_, at) => at + 1),
    );
    for (const one of seen) expect(one).toEqual(first);
  },
);

test("the end of the server ends its streams", async () => {
  const studio = await testStudio();
  const asked = performance.now();
  const answer = await studio.ask("/api/v1/events");
  const reader = answer.body!.getReader();
  await reader.read();
  const began = performance.now();
  const rest = reader.read().then(
    ({ done }) => done,
    () => true,
  );
  await studio.close();
  expect(await rest).toBe(true);
  // longer only where the machine is so busy that the beginning took long as well
  expect(performance.now() - began).toBeLessThan(Math.max(3000, 50 * (began - asked)));
});
