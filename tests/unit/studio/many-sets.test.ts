// A home with ten thousand datasets whose files are lost: the studio opens in seconds and brings them back behind, and the
// list has them all.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore, storePath } from "../../../src/store/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { storeAt } from "../../support/open-stores.ts";
import { testStudio } from "../../support/studio.ts";

const count = 10_000;
const atOnce = 1000;

/** Written as they stand in the database, without a row and without a file. */
async function sets(home: string): Promise<void> {
  const environment = { FT_HOME: home };
  const at = storePath(environment);
  const store = await openStore(storeAt(home).startsWith("postgres") ? storeAt(home) : at);
  for (let from = 0; from < count; from += atOnce) {
    const names = Array.from({ length: atOnce }, (_, place) => `set ${from + place}`);
    const made = await store.db
      .insertInto("datasets")
      .values(
        names.map((name, place) => ({
          ...{ name, domain: "custom", format: "chat" as const, metadata: "{}" },
          ...{ created_at: "2026-01-01T00:00:00", updated_at: "2026-01-01T00:00:00" },
          file_path: join(home, "datasets", `set_${from + place}.jsonl`),
        })),
      )
      .returning("id")
      .execute();
    await store.db
      .insertInto("dataset_states")
      .values(made.map(({ id }) => ({ dataset_id: id })))
      .execute();
  }
  await store.close();
}

test("ten thousand sets whose files are lost", { timeout: 600_000 }, async () => {
  const home = makeFolder();
  const making = performance.now();
  await sets(home);
  const begun = performance.now();
  // to make them takes longer than any of what follows, also where every core is busy
  const made = begun - making;
  const studio = await testStudio({ home });
  const opened = performance.now() - begun;
  // three seconds are waited for them; whole they take longer than that
  expect(opened).toBeLessThan(Math.max(20_000, made));
  const asked = performance.now();
  const { body } = await studio.client.call("getV1Data", {});
  const told = performance.now() - asked;
  expect(body.sets).toHaveLength(count);
  expect(told).toBeLessThan(Math.max(10_000, made));
  const page = await studio.client.call("getDatasets", { query: { limit: 50 } });
  expect(page.body).toHaveLength(50);
  const folder = join(home, "datasets");
  const before = existsSync(folder) ? readdirSync(folder).length : 0;
  await expect
    .poll(() => readdirSync(folder).length, { interval: 200 })
    .toBeGreaterThan(before === count ? count - 1 : before);
  // ends though files are left to be written
  const ending = performance.now();
  await studio.close();
  expect(performance.now() - ending).toBeLessThan(Math.max(10_000, made));
});
