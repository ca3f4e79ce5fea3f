// All rows of a set looked through, as a task. What is found is kept beside the store and not with the job.
import { lookThrough, readRequest } from "../../data/sets/looks.ts";
import { withStore } from "../../store/with-store.ts";
import type { LookParameters } from "../kinds/look.ts";
import type { Task } from "./types.ts";

export const look: Task<LookParameters> = async (given, { signal, progress }) =>
  await withStore(process.env, async (store) => {
    const onRows = (done: number, total: number): void =>
      progress({ done, total, of: "rows", secondsLeft: null });
    const request = readRequest(given);
    const { counted, revision } = await lookThrough(store, process.env, request, {
      ...{ signal, onRows },
    });
    return { rows: counted, revision };
  });
