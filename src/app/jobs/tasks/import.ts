// A file of rows taken in, as a task. Of an earlier try the set is there whole, or nothing is; the file waits as long as
// somebody may ask for the set without the rows that cannot be used.
import { basename } from "node:path";
import { datasetsFolder } from "../../../store/platform/index.ts";
import { forgetIncoming, importFile } from "../../data/sets/index.ts";
import { withStore } from "../../store/with-store.ts";
import type { ImportParameters } from "../kinds/import.ts";
import type { Task } from "./types.ts";

/** Milliseconds between two words of how far it is. */
const between = 200;

export const takeIn: Task<ImportParameters> = async (request, { signal, progress }) => {
  const { path, name, title, leave_out: leavesOut } = request;
  const environment = process.env;
  let told = 0;
  const onRows = (done: number, total: number | undefined): void => {
    if (performance.now() - told < between) return;
    told = performance.now();
    progress({ done, total: total ?? 0, of: "rows", secondsLeft: null });
  };
  const { leftOut, ...report } = await withStore(
    environment,
    async (store) =>
      await importFile(store, path, {
        ...{ name, title, leavesOut, signal, onRows },
        ...{ folder: datasetsFolder(environment), key: basename(path) },
      }),
  );
  if (report.made !== null || report.taken === 0) await forgetIncoming(environment, path);
  return { ...report, left_out: leftOut };
};
