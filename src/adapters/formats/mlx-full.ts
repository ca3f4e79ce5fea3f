// What `mlx_lm.lora --fine-tune-type full` writes: no update, but the weights of the last blocks as training left them,
// in the file of an adapter. They take the place of the model's own.
import { dispose, type Tensor } from "../../mx/index.ts";
import { openWeightFile } from "../../weights/index.ts";
import type { AdapterBase, AdapterTensors, StoredAdapter } from "../stored-adapter.ts";
import type { FoundAdapter } from "./format.ts";
import { badAdapter } from "./read-config.ts";
import { type Whole, wholeOf, wholeTensors } from "./whole-parameters.ts";

export const isFull = ({ config }: FoundAdapter): boolean => config["fine_tune_type"] === "full";

/** Reads those of the file that have a place, one after another. */
async function loading(file: string, whole: Whole): Promise<() => AdapterTensors> {
  const opened = await openWeightFile(file);
  return () => {
    const reader = opened.open();
    const taken: Tensor[] = [];
    try {
      const read = (name: string): Tensor => {
        const tensor = reader.read(name);
        taken.push(tensor);
        return tensor;
      };
      return { layers: new Map(), replaced: wholeTensors(whole, read) };
    } finally {
      dispose(taken);
      reader.close();
    }
  };
}

/** @throws ModelError FT-ADAPTER-003 for a file without weights; those of reading its header. */
export async function openFull(
  { folder, config }: FoundAdapter,
  file: string,
  { model, mlx: recipe = [] }: AdapterBase,
): Promise<StoredAdapter> {
  const { tensors } = await openWeightFile(file);
  if (tensors.size === 0) throw badAdapter(folder, "the adapter's weight file holds no tensors");
  const names = new Map([...tensors.keys()].map((name) => [name, name]));
  const whole = wholeOf({ names, shapes: tensors, recipe }, model);
  return {
    base: typeof config["model"] === "string" ? config["model"] : undefined,
    format: "mlx",
    folder,
    layers: new Map(),
    replaced: whole.shapes,
    // a table that is used twice was trained as one there
    unties: false,
    dropped: whole.dropped,
    tensorCount: tensors.size,
    load: await loading(file, whole),
  };
}
