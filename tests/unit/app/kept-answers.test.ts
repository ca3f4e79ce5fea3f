// Answers of providers kept and used again: for a day unless CACHE_TTL says otherwise, for all who ask the same unless
// ENABLE_CACHING says that each job asks for itself.
import { expect, test } from "vitest";
import { chooseProvider } from "../../../src/app/data/making/choose-provider.ts";
import { Gate } from "../../../src/providers/gate.ts";
import { createJob, runWorker, unitKinds } from "../../../src/store/index.ts";
import { askPaid } from "../../../src/synth/make/ask.ts";
import { FakeProvider } from "../../support/fake-provider.ts";
import { makeFolder } from "../../support/folders.ts";
import { type Clock, memoryStore } from "../../support/open-stores.ts";

const hour = 3_600_000;

/** Requests that the provider got while the same was asked by a job after the other, with hours between. */
async function requests(hours: readonly number[], variables: Record<string, string>) {
  const clock: Clock = { now: 1_000_000 };
  const store = await memoryStore(clock);
  const fake = await FakeProvider.start(() => ({ text: "an answer" }));
  const environment = { FT_HOME: makeFolder(), FT_KEYCHAIN: "off", ...variables };
  const counts: number[] = [];
  for (const later of hours) {
    clock.now += later * hour;
    const { provider } = await chooseProvider(
      { models: ["m"], baseUrl: `${fake.origin}/v1`, timeout: 5, concurrency: 1 },
      environment,
    );
    const asking = { provider, gate: new Gate(1), prices: [], retries: 0, firstDelay: 1 };
    const request = { system: "", prompt: "the same", maxTokens: 5 };
    const run = async (_: unknown, context: Parameters<typeof askPaid>[2]) => ({
      result: (await askPaid(request, asking, context)).text,
    });
    const { id } = await createJob(store, { kind: "ask", units: [{ key: "one" }] });
    await runWorker(store, unitKinds({ ask: { concurrency: 1, run } }), {
      ...{ untilEnded: id, every: 5 },
    });
    counts.push(fake.requests.length);
  }
  return counts;
}

test("the same is asked once a day", async () => {
  expect(await requests([0, 1, 22, 2], {})).toEqual([1, 1, 1, 2]);
});

test("CACHE_TTL says for how many hours an answer counts", async () => {
  expect(await requests([0, 1, 1.5], { CACHE_TTL: "2" })).toEqual([1, 1, 2]);
  expect(await requests([0, 1], { CACHE_TTL: "0.5" })).toEqual([1, 2]);
});

test("without caching each job asks for itself", async () => {
  expect(await requests([0, 0, 0], { ENABLE_CACHING: "false" })).toEqual([1, 2, 3]);
});
