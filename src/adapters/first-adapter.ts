// An adapter that training begins with and that another program wrote: opened as any adapter is, and its numbers put
// into layers that are attached already. Files in training's own form are adapter-files.ts's.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ModelError } from "../core/errors.ts";
import { carry, dispose, evaluate, type Tensor } from "../mx/index.ts";
import type { AdapterShape } from "./adapted-layer.ts";
import { adapterWeightsFile } from "./adapter-files.ts";
import type { BlockModel, PlacedAdapter } from "./attach.ts";
import { atRank } from "./formats/factors.ts";
import { CONFIG_FILE } from "./formats/read-config.ts";
import { openWhole } from "./open-adapter.ts";
import type { AdapterBase, AdapterTensors, StoredAdapter } from "./stored-adapter.ts";

/**
 * The adapter at `path` for a bare model, where it is another program's form; undefined where it is training's own.
 * @throws ModelError as `openWhole`.
 */
export async function openFirstAdapter(
  path: string,
  base: AdapterBase,
): Promise<StoredAdapter | undefined> {
  const isOwn = existsSync(adapterWeightsFile(path)) || !existsSync(join(path, CONFIG_FILE));
  return isOwn ? undefined : await openWhole(path, base);
}

function problemsOf(
  { layers, replaced }: StoredAdapter,
  placed: PlacedAdapter,
  kind: string,
  { rank }: Pick<AdapterShape, "rank">,
): string[] {
  const paths = new Set(placed.layers.map(({ path }) => path));
  const others = [...layers].flatMap(([path, layer]) => {
    if (!paths.has(path)) return [`${path}: it is adapted there, and not trained here`];
    if (layer.kind !== kind) return [`${path}: ${layer.kind} there, ${kind} here`];
    return layer.shape.rank === rank ? [] : [`${path}: rank ${layer.shape.rank}, not ${rank}`];
  });
  const missing = [...paths].filter((path) => !layers.has(path));
  return [
    ...others,
    ...missing.map((path) => `${path}: it is trained here, and not adapted there`),
    ...[...replaced.keys()].map((name) => `${name}: it is brought whole, and not trained here`),
  ];
}

/** @throws ModelError FT-ADAPTER-015 where it is not just what is going to be trained. */
export function requireSameLayers(
  adapter: StoredAdapter,
  placed: PlacedAdapter,
  kind: string,
  shape: Pick<AdapterShape, "rank">,
): void {
  const problems = problemsOf(adapter, placed, kind, shape);
  if (problems.length === 0) return;
  throw new ModelError("FT-ADAPTER-015", {
    at: { file: join(adapter.folder, CONFIG_FILE) },
    message: `cannot start from this adapter: ${problems.length} of its parts do not match what this run trains`,
    problems: problems.slice(0, 10),
    hint: "give its rank with --lora-r, its modules with --target-modules, its blocks with --num-layers",
  });
}

/** By parameter, at the scale that the layers multiply with; in the current scope. */
function valuesOf(
  { layers }: AdapterTensors,
  adapter: StoredAdapter,
  scale: number,
): Map<string, Tensor> {
  return new Map(
    [...adapter.layers].flatMap(([path, { shape }]) =>
      Object.entries(atRank(layers.get(path) ?? {}, shape, { ...shape, scale })).map(
        ([part, value]) => [`${path}.${part}`, value.astype("float32")] as const,
      ),
    ),
  );
}

/** Puts its numbers into layers of the same paths; their update is what the adapter's was, whatever its scale. */
export function takeFirstAdapter(
  model: BlockModel,
  adapter: StoredAdapter,
  { scale }: Pick<AdapterShape, "scale">,
): void {
  const tensors = adapter.load();
  carry(model, () => {
    const values = valuesOf(tensors, adapter, scale);
    model.update(values);
    evaluate([...values.values()]);
  });
  const held = new Set(model.tensors());
  const parts = [...tensors.layers.values()].flatMap((one) => Object.values(one));
  dispose(parts.filter((tensor) => !held.has(tensor)));
}
