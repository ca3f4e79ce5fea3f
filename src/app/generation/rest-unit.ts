// What stands behind a preview: the unit that makes units of the other rows, once somebody has let the job go on. Until
// then the job waits, however often it is resumed.
import {
  addUnits,
  isEnded,
  readJob,
  type Store,
  UnitFailure,
  type UnitKind,
} from "../../store/index.ts";
import { unitsFrom } from "./generation-worker.ts";
import { GenerationParameters } from "./parameters.ts";

const waitsForWord = "the preview is ready: look at its rows, then continue or discard it";

export const restUnits = (store: Store): UnitKind => ({
  concurrency: 2,
  run: async ({ jobId, parameters, input }) => {
    const { preview, count } = GenerationParameters.parse(parameters);
    if (preview !== undefined) throw new UnitFailure(waitsForWord, { pausesJob: true });
    const { from } = input as { from: number };
    return {
      effects: async (db) => {
        // one that was cancelled meanwhile takes no more units
        if (isEnded((await readJob(db, jobId)).status)) return;
        await addUnits(store, db, jobId, unitsFrom(from, count));
      },
    };
  },
});
