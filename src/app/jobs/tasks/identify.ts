// Conversations found in the documents of a review, as a task: what an earlier try has read is not read again.
import { readDocuments } from "../../reviews/read-documents.ts";
import { withStore } from "../../store/with-store.ts";
import type { IdentifyParameters } from "../kinds/identify.ts";
import type { Task } from "./types.ts";

export const identify: Task<IdentifyParameters> = async ({ review }, { signal, progress }) =>
  await withStore(process.env, async (store) => {
    const onProgress = (done: number, total: number): void =>
      progress({ done, total, of: "files", secondsLeft: null });
    return await readDocuments(process.env, store, review, { signal, onProgress });
  });
