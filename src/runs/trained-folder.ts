// Where what a run trained lies, from whatever of the run a person names: the run's folder, a checkpoint, `best`.
// Looks at names only; opening what is there is the caller's business.
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ModelError } from "../core/errors.ts";
import { expandHome } from "../core/paths.ts";
import { shellWord } from "../core/shell.ts";
import { checkpointsFolder, POINTERS, readPointer, TRAINED_FOLDER } from "./checkpoints.ts";
import { EVENTS_FILE } from "./event-log.ts";
import { CONFIG_FILE, FINAL_MODEL } from "./run-folder.ts";

/** The trained folder of a checkpoint that a run points at, the first of `pointers` that it has. */
function pointed(run: string, pointers: readonly (typeof POINTERS)[number][]): string | undefined {
  const found = pointers.map((pointer) => readPointer(run, pointer)?.path).find(Boolean);
  return found === undefined ? undefined : join(found, TRAINED_FOLDER);
}

/** Whether it is a run's folder, not a model's, which has a config.json too. */
export function isRunFolder(folder: string): boolean {
  return existsSync(join(folder, CONFIG_FILE)) && existsSync(join(folder, EVENTS_FILE));
}

function ofRun(folder: string): string {
  const final = join(folder, FINAL_MODEL);
  const found = existsSync(final) ? final : pointed(folder, ["best", "latest"]);
  if (found !== undefined) return found;
  throw new ModelError("FT-RUN-012", {
    message: `the run in ${folder} has trained nothing yet: no ${FINAL_MODEL}, no checkpoint`,
    hint: `ft train resume ${shellWord(folder)}`,
  });
}

/**
 * The folder of an adapter or a model: of a run its final model, else its best checkpoint; of a checkpoint
 * (`RUN/checkpoints/step-100`, `…/best`, `…/latest`) what it trained; of anything else the folder itself.
 * Throws ModelError FT-RUN-012 for a run that has neither.
 */
export function trainedFolder(path: string): string {
  const folder = resolve(expandHome(path));
  if (isRunFolder(folder)) return ofRun(folder);
  const run = dirname(dirname(folder));
  const pointer = POINTERS.find((name) => name === basename(folder));
  if (pointer !== undefined && dirname(folder) === checkpointsFolder(run))
    return pointed(run, [pointer]) ?? folder;
  const trained = join(folder, TRAINED_FOLDER);
  return existsSync(trained) ? trained : folder;
}

/** The run that trained what lies in this folder: its final model, or that of a checkpoint; undefined for any other. */
export function runOf(trained: string): string | undefined {
  const folder = resolve(trained);
  const above = [dirname(folder), dirname(dirname(dirname(folder)))];
  return above.find(isRunFolder);
}
