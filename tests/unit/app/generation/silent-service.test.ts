// A job whose service fails says so while it asks again, and what mends it when it stands still or has failed.
import { join } from "node:path";
import { expect, test } from "vitest";
import { GenerationParameters } from "../../../../src/app/generation/parameters.ts";
import { runJobs } from "../../../../src/app/jobs/run-jobs.ts";
import { submitJob } from "../../../../src/app/jobs/submit.ts";
import { withStore } from "../../../../src/app/store/with-store.ts";
import { explainedInJob } from "../../../../src/providers/errors.ts";
import { type FailureKind, ProviderFailure } from "../../../../src/providers/failures.ts";
import { readJob } from "../../../../src/store/index.ts";
import { FakeProvider } from "../../../support/fake-provider.ts";
import { makeFolder } from "../../../support/folders.ts";

async function after(status: number, told: string) {
  const fake = await FakeProvider.start(() => ({ status, raw: told }));
  const environment = { FT_HOME: join(makeFolder(), "home"), OPENAI_API_KEY: "none" };
  const parameters = GenerationParameters.parse({
    ...{ domain: "support", subdomain: "billing", count: 1, retries: 1 },
    ...{ provider: "openai", models: ["gpt-4o-mini"], baseUrl: fake.origin },
  });
  const { id } = await withStore(environment, async (store) =>
    submitJob(store, "generation", parameters, { environment }),
  );
  const stop = new AbortController();
  const work = runJobs(environment, { untilEmpty: true, every: 10, signal: stop.signal });
  const look = async () =>
    await withStore(environment, async ({ db }) => ({
      job: await readJob(db, id),
      events: (
        await db.selectFrom("events").select(["type", "data"]).where("job_id", "=", id).execute()
      ).map(({ type, data }) => ({ type, data: JSON.parse(data) as Record<string, unknown> })),
    }));
  let seen = await look();
  const isEnough = () =>
    seen.job.status === "paused" || seen.events.some(({ type }) => type === "unit-retried");
  for (const end = Date.now() + 90_000; !isEnough() && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    seen = await look();
  }
  stop.abort();
  await work.catch(() => undefined);
  return seen;
}

test("a service that is asked too often: the log says it once while it is asked again, with the mend at the end", async () => {
  const { events } = await after(429, '{"error":{"message":"slow down"}}');
  const said = events.filter(({ type }) => type === "log").map(({ data }) => data["message"]);
  expect(said).toEqual(["429: slow down; asked again in 1 s"]);
  expect(events.find(({ type }) => type === "unit-retried")?.data).toMatchObject({
    reason: "429: slow down",
    code: "FT-PROVIDER-010",
    hint: expect.stringContaining("job later") as string,
  });
});

test("a key that does not count: the job stands still, and what it says names the mend", async () => {
  const { job } = await after(401, '{"error":{"message":"no such key"}}');
  expect([job.status, job.error]).toEqual([
    "paused",
    "401: no such key. Set a valid key for the service in the settings or the environment, then resume the job",
  ]);
});

test("whatever a service fails by has a mend of its own", () => {
  const kinds: FailureKind[] = [
    ...(["limited", "unavailable", "unreachable", "silent", "unreadable", "forbidden"] as const),
    ...(["unpaid", "unknown", "rejected", "weakened", "redirected"] as const),
  ];
  const hints = kinds.map((kind) => explainedInJob(new ProviderFailure(kind, "it failed")).hint);
  expect(new Set(hints).size).toBe(kinds.length);
});
