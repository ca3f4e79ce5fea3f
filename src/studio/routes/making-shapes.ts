// Shapes that the routes of sets in the making share: a data set that may be gone.
import type { Store } from "../../store/index.ts";
import { type PlatformDataset, readDataset } from "../../store/platform/index.ts";

/** Undefined once it was deleted. */
export async function datasetOf(store: Store, id: number): Promise<PlatformDataset | undefined> {
  return await readDataset(store, id).catch(() => undefined);
}
