// Stores of one test, closed when it has ended, with a clock that the test moves.
import { join } from "node:path";
import { onTestFinished } from "vitest";
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

async function opened(path: string, clock: Clock | undefined): Promise<Store> {
  const store = await openStore(path, clock === undefined ? {} : { now: () => clock.now });
  onTestFinished(() => store.close());
  return store;
}
