// The rows that a run's configuration names, loaded: a path, a shipped set, or the default one.
// Encodes nothing: prepare-data.ts does.
import { type Dataset, loadDataset } from "../../data/index.ts";
import { BUILTIN_DATASET } from "../../data/options.ts";
import type { RunConfig } from "../config/schema.ts";
import { type DataForm, defaultDataset, locateData } from "./shipped.ts";

/** `form` is that of the default set, when no other is named. Throws DataError with every bad row of every file. */
export async function loadRunDataset(
  { data, seed }: Pick<RunConfig, "data" | "seed">,
  form: DataForm,
): Promise<{ path: string; dataset: Dataset }> {
  const { train_file: named, validation_file: validation } = data;
  const path = named === BUILTIN_DATASET ? await defaultDataset(form) : named;
  const dataset = await loadDataset(await locateData(path), {
    format: data.format,
    validationFile: validation === null ? undefined : await locateData(validation),
    validationSplit: data.validation_split,
    skipBadRows: data.skip_bad_rows,
    seed,
  });
  return { path, dataset };
}
