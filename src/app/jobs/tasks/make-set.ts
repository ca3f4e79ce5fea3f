// A set made of others, as a task. What an earlier try has made stands: it was made whole, or not at all.
import { makeSet } from "../../data/sets/makings.ts";
import { withStore } from "../../store/with-store.ts";
import type { MakeSetParameters } from "../kinds/make-set.ts";
import type { Task } from "./types.ts";

export const make: Task<MakeSetParameters> = async (request, { signal, progress }) =>
  await withStore(process.env, async (store) => {
    const onRows = (done: number, total: number): void =>
      progress({ done, total, of: "rows", secondsLeft: null });
    return await makeSet({ store, environment: process.env }, request, { signal, onRows });
  });
