// Stores of one test, closed when it has ended, with a clock that the test moves. In a run with a Postgres server they are
// schemas of its database, a path's always the same one.
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import { openStore, type Store } from "../../src/store/index.ts";
import { makeFolder } from "./folders.ts";

export interface Clock {
  now: number;
}

/** A store in memory. */
export async function memoryStore(clock: Clock = { now: 1_000_000 }): Promise<Store> {
  return await opened(":memory:", clock);
}

/** Opens the store at `path`, a new one unless said. */
export async function fileStore(
  path: string = join(makeFolder(), "ft.db"),
  clock?: Clock,
): Promise<Store> {
  return await opened(path, clock);
}

/** What is opened for a path: the path itself, or its place in the run's Postgres. */
export function storeAt(path: string): string {
  const url = inject("postgresUrl");
  if (url === undefined) return path;
  const name = path === ":memory:" ? randomUUID() : path;
  return `${url}?schema=s${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}

async function opened(given: string, clock: Clock | undefined): Promise<Store> {
  const path = storeAt(given);
  const store = await openStore(path, clock === undefined ? {} : { now: () => clock.now });
  onTestFinished(() => store.close());
  return store;
}
