// Several adapters of one base as one. The registry of ways to combine them; the next is a line.
import { UsageError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import {
  dispose,
  evaluate,
  randomKey,
  retain,
  scope,
  splitKey,
  type Tensor,
} from "../../mx/index.ts";
import type { AdapterLayer, AdapterTensors, StoredAdapter } from "../stored-adapter.ts";
import { type CombineMethod, type CombineOptions, type Weighted } from "./method.ts";
import { cat, dareLinear, dareTies, linear, magnitudePrune, svd, ties } from "./methods.ts";

export const combineMethods = new Registry<CombineMethod>(
  {
    linear,
    cat,
    ties,
    "dare-linear": dareLinear,
    "dare-ties": dareTies,
    "magnitude-prune": magnitudePrune,
    svd,
  },
  ({ name, known }) =>
    new UsageError("FT-ADAPTER-013", {
      message: `Unknown way to combine adapters '${name}'. Supported: [${known.join(", ")}]`,
      hint: "--method cat is exactly their weighted sum",
    }),
);

function unfit(message: string, hint: string): UsageError {
  return new UsageError("FT-ADAPTER-014", { message, hint });
}

interface Part {
  adapter: StoredAdapter;
  weight: number;
}

const ranksAt = (parts: readonly Part[], path: string): number[] =>
  parts.flatMap(({ adapter }) => adapter.layers.get(path)?.shape.rank ?? []);

/** @throws UsageError FT-ADAPTER-014 for adapters that cannot be combined so. */
function requireCombinable(
  method: string,
  { needsSameRank }: CombineMethod,
  parts: readonly Part[],
): void {
  const layers = parts.flatMap(({ adapter }) => [...adapter.layers.values()]);
  const other = layers.find(({ kind }) => kind !== "lora");
  if (other !== undefined)
    throw unfit(
      `adapters of kind ${other.kind} cannot be combined: they are not sums`,
      "merge one into the model with ft merge, and train the next on the result",
    );
  const ranks = new Set(layers.map(({ shape }) => shape.rank));
  if (needsSameRank === true && ranks.size > 1)
    throw unfit(
      `${method} needs adapters of the same rank; these have ${[...ranks].join(", ")}`,
      "--method cat, or --method svd --rank N",
    );
  const whole = parts.flatMap(({ adapter }) => [...adapter.replaced.keys()]);
  const twice = whole.find((name, at) => whole.indexOf(name) < at);
  if (twice !== undefined)
    throw unfit(
      `two of the adapters replace ${twice} as a whole, so it cannot be summed`,
      "leave one out",
    );
}

/** Which layers the result has, and of which rank. */
function combinedLayers(method: CombineMethod, parts: readonly Part[], rank: number | undefined) {
  const paths = new Set(parts.flatMap(({ adapter }) => [...adapter.layers.keys()]));
  const dropout = Math.max(
    0,
    ...parts.flatMap(({ adapter }) =>
      [...adapter.layers.values()].map(({ shape }) => shape.dropout),
    ),
  );
  return new Map(
    [...paths].map((path): [string, AdapterLayer] => {
      const shape = { rank: method.rankOf(ranksAt(parts, path), { rank }), scale: 1, dropout };
      return [path, { kind: "lora", shape }];
    }),
  );
}

function partsAt(
  path: string,
  parts: readonly Part[],
  loaded: readonly AdapterTensors[],
): Weighted[] {
  return parts.flatMap(({ adapter, weight }, at) => {
    const { lora_a: a, lora_b: b } = loaded[at]?.layers.get(path) ?? {};
    const scale = adapter.layers.get(path)?.shape.scale;
    if (a === undefined || b === undefined || scale === undefined) return [];
    return [{ a: a.astype("float32"), b: b.astype("float32"), strength: weight * scale }];
  });
}

function combined(
  name: string,
  method: CombineMethod,
  parts: readonly Part[],
  paths: readonly string[],
  options: Omit<CombineOptions, "key"> & { seed: number },
): AdapterTensors {
  const loaded = parts.map(({ adapter }) => adapter.load());
  try {
    const layers = scope(() => {
      const keys = splitKey(randomKey(options.seed), paths.length);
      const made = paths.map((path, at): [string, Record<string, Tensor>] => {
        const own = partsAt(path, parts, loaded);
        if (own[0]?.a.ndim === 3 && method.takesStacks === false)
          throw unfit(`${name} does not take experts (${path})`, "--method cat");
        const { a, b } = method.combine(own, { ...options, key: keys[at] as Tensor });
        return [path, { lora_a: a.contiguous(), lora_b: b.contiguous() }];
      });
      evaluate(made.flatMap(([, one]) => Object.values(one)));
      return retain(new Map(made));
    });
    const replaced = new Map(loaded.flatMap((one) => [...one.replaced]));
    return { layers, replaced };
  } finally {
    dispose(loaded.flatMap((one) => [...one.layers.values()].flatMap((all) => Object.values(all))));
  }
}

export interface CombineRequest {
  method: string;
  /** One for each adapter. */
  weights: readonly number[];
  density: number;
  rank?: number | undefined;
  seed: number;
}

/**
 * Adapters that were opened for one base as one, of scale 1.
 * @throws UsageError FT-ADAPTER-013 and 014.
 */
export function combineAdapters(
  adapters: readonly [StoredAdapter, ...StoredAdapter[]],
  { method: name, weights, density, rank, seed }: CombineRequest,
): StoredAdapter {
  const method = combineMethods.get(name);
  const parts = adapters.map((adapter, at) => ({ adapter, weight: weights[at] ?? 1 }));
  requireCombinable(name, method, parts);
  const layers = combinedLayers(method, parts, rank);
  const [first] = adapters;
  const options = { density, rank, seed };
  return {
    ...first,
    layers,
    replaced: new Map(adapters.flatMap(({ replaced }) => [...replaced])),
    dropped: adapters.flatMap(({ dropped }) => dropped),
    load: () => combined(name, method, parts, [...layers.keys()], options),
  };
}
