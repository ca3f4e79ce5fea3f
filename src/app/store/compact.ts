// The room of removed datasets in the user's store, freed.
import type { Environment } from "../../core/paths.ts";
import { compactStore, type Freed } from "../../store/index.ts";
import { withStore } from "./with-store.ts";

export async function compact(environment: Environment): Promise<Freed> {
  return await withStore(environment, compactStore);
}
