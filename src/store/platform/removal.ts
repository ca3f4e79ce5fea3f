// Deletes a dataset: hidden from then on, its file removed, its number never given again.
import { type Store } from "../store.ts";
import { readDataset } from "./datasets.ts";
import { fileInStep } from "./files.ts";
import { timestamp } from "./timestamps.ts";

/** Throws FT-PLATFORM-001. When a crash comes before the file is gone, `syncPlatformFiles` removes it. */
export async function deleteDataset(store: Store, id: number): Promise<void> {
  await readDataset(store, id);
  await store.db
    .updateTable("dataset_states")
    .set({ removed_at: timestamp(store.now()) })
    .where("dataset_id", "=", id)
    .execute();
  await fileInStep(store, id);
}
