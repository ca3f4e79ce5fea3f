// Where a benchmark's judgements lie.
import { join } from "node:path";

/** Beside the answers of the models. */
export const judgedFolder = (folder: string): string => join(folder, "judge");
