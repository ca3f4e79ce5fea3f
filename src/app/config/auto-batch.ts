// `batch_size: auto`, as it is said on a command line or in a file: the switch that it stands for.
// Choosing the size is app/train/choose-batch.ts.
import { type ConfigLayer, type RawValues, setAt, valueAt } from "./layers.ts";

const size = ["optimization", "batch_size"];
const choice = ["optimization", "auto_batch_size"];

/** A number in a later layer takes the choice of an earlier one back. */
function spelledOut(values: RawValues): RawValues {
  const given = valueAt(values, size);
  if (given === undefined || valueAt(values, choice) !== undefined) return values;
  const copy = structuredClone(values) as Record<string, unknown>;
  const isAuto = given === "auto";
  if (isAuto) delete (copy["optimization"] as Record<string, unknown>)["batch_size"];
  setAt(copy, choice, isAuto);
  return copy;
}

/** The layer with the switch in the place of the word. */
export function withBatchChoice(from: ConfigLayer): ConfigLayer {
  const values = spelledOut(from.values);
  if (values === from.values) return from;
  const same = (path: readonly string[]): readonly string[] =>
    path.join(".") === choice.join(".") ? size : path;
  const { locate } = from;
  return {
    ...from,
    values,
    originOf: (path) => from.originOf(same(path)),
    ...(locate !== undefined && { locate: (path) => locate(same(path)) }),
  };
}
