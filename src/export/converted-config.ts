// What becomes of config.json when a model's weights are written in another precision, packed or unpacked.
// Every other key stays as it is.
import { heaviest } from "../core/heaviest.ts";
import { modeOf, type Packing } from "../mx/index.ts";
import { plannedBytes, type PlannedTensor, type WeightEntry } from "../weights/index.ts";
import { isPrecision, type Precision } from "./precisions.ts";

export type Config = Readonly<Record<string, unknown>>;

function setting(packing: Packing): Record<string, unknown> {
  const { groupSize: group_size, bits } = packing;
  return { group_size, bits, mode: modeOf(packing) };
}

const keyOf = (packing: Packing): string => JSON.stringify(setting(packing));

const SCALES = ".scales";

/** By path: what the layer is called where it is stored. */
function storedNames(entries: readonly WeightEntry[]): Map<string, string> {
  const pairs = entries.flatMap(({ sources, parameters: [stored = ""] }) =>
    sources.filter((name) => name.endsWith(SCALES)).map((name) => [name, stored] as const),
  );
  const layer = (name: string): string => name.slice(0, -SCALES.length);
  return new Map(pairs.map(([name, stored]) => [layer(name), layer(stored)]));
}

/** One setting for most layers, and others by the names that the layers have in the files. */
function quantizationOf(
  packed: ReadonlyMap<string, Packing>,
  entries: readonly WeightEntry[],
): Config | undefined {
  const general = heaviest(packed.values(), keyOf);
  if (general === undefined) return undefined;
  const names = storedNames(entries);
  const own = [...packed]
    .filter(([, packing]) => keyOf(packing) !== general)
    .map(([path, packing]) => [names.get(path) ?? path, setting(packing)]);
  return { ...(JSON.parse(general) as Config), ...Object.fromEntries(own) };
}

/** The setting of packed layers in the place of what was said of packed weights before. */
export function withPackings(
  config: Config,
  packed: ReadonlyMap<string, Packing>,
  entries: readonly WeightEntry[],
): Config {
  const { quantization: _own, quantization_config: _foreign, ...rest } = config;
  const quantization = quantizationOf(packed, entries);
  // under the second name the hub looks for it
  return { ...rest, ...(quantization && { quantization, quantization_config: quantization }) };
}

const PRECISION_KEYS = ["dtype", "torch_dtype"];

function saying(config: Config, keys: readonly string[], precision: Precision): Config {
  return { ...config, ...Object.fromEntries(keys.map((key) => [key, precision])) };
}

const saidIn = (config: Config): string[] =>
  PRECISION_KEYS.filter((key) => typeof config[key] === "string");

/** The precision of most numbers: where it was said before, else in the way that every reader knows. */
export function withPrecision(config: Config, tensors: readonly PlannedTensor[]): Config {
  const precision = heaviest(
    tensors.filter(({ dtype }) => isPrecision(dtype)),
    ({ dtype }) => dtype as Precision,
    plannedBytes,
  );
  if (precision === undefined) return config;
  const said = saidIn(config);
  const told = saying(config, said.length === 0 ? ["torch_dtype"] : said, precision);
  const { text_config: inner } = config;
  if (typeof inner !== "object" || inner === null) return told;
  const within = saidIn(inner as Config);
  return { ...told, text_config: saying(inner as Config, within, precision) };
}
