// What a person does to a job that is named by its id or the beginning of it. What that means is the store's.
import type { Environment } from "../../core/paths.ts";
import { findJob, type Job, setPriority, type Store } from "../../store/index.ts";
import { withStore } from "../store/with-store.ts";

/** Finds the job and changes it; with a priority, that too. Gives what `change` gives. */
export async function changeJob<T>(
  environment: Environment,
  name: string,
  change: (store: Store, id: string) => Promise<T>,
  priority?: number,
): Promise<{ id: string; before: Job; result: T }> {
  return await withStore(environment, async (store) => {
    const before = await findJob(store, name);
    if (priority !== undefined) await setPriority(store, before.id, priority);
    return { id: before.id, before, result: await change(store, before.id) };
  });
}
