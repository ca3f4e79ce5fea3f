// Opens the user's store for one use case and closes it, whatever happens.
import type { Environment } from "../../core/paths.ts";
import { openStore, type Store, storePath } from "../../store/index.ts";

export async function withStore<T>(
  environment: Environment,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(storePath(environment));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
