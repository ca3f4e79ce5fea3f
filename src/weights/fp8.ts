// Weights in floats of eight bits with a scale for each block, as DeepSeek, Qwen and Mistral publish them, seen as
// plain weights: multiplied out while they are read. Source: transformers' integrations/finegrained_fp8.py.
import { filesMadeBy, type NamedFiles } from "../core/named-files.ts";
import { dispose, evaluate, int32, retain, scope, type Tensor } from "../mx/index.ts";
import { isSafetensorsDtype } from "./safetensors-dtypes.ts";
import { smallFloats } from "./small-floats.ts";
import type { StoredModel, StoredTensor, TensorReader } from "./stored-model.ts";
import { malformed } from "./weight-errors.ts";

type Config = Readonly<Record<string, unknown>>;

const METHOD = "fp8";
/** Beside a weight; of its name, what stands after the weight's module. */
const SCALE = ".weight_scale_inv";
const EXPERT_SCALE = "_scale_inv";
/** Of activations, which are not quantized here. */
const ACTIVATION = /\.(?:activation_scale|input_scale)$/;

/** The scale's name → that of its weight. */
function weightOf(scale: string): string {
  return scale.endsWith(SCALE)
    ? `${scale.slice(0, -SCALE.length)}.weight`
    : scale.slice(0, -EXPERT_SCALE.length);
}

const isScale = (name: string): boolean => name.endsWith(EXPERT_SCALE);

function settingsOf(config: unknown): { method: unknown; block: unknown } {
  const settings = (config as Config)["quantization_config"];
  if (typeof settings !== "object" || settings === null)
    return { method: undefined, block: undefined };
  const { quant_method: method, weight_block_size: block } = settings as Config;
  return { method, block };
}

/** Rows and columns that share a scale. */
type Block = readonly [rows: number, columns: number];

function blockOf(given: unknown): Block | undefined {
  if (!Array.isArray(given) || given.length !== 2) return undefined;
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && Number(size) > 0;
  return given.every(isSize) ? [Number(given[0]), Number(given[1])] : undefined;
}

/** How the scales of a weight lie over it; undefined where they do not fit. */
function gridOf(
  weight: StoredTensor,
  scale: StoredTensor,
  block: Block | undefined,
): Block | undefined {
  const [rows = 0, columns = 0] = weight.shape.slice(-2);
  if (scale.shape.every((length) => length === 1)) return [Math.max(1, rows), Math.max(1, columns)];
  const [down = 0, across = 0] = scale.shape.slice(-2);
  const [high, wide] = block ?? [Math.ceil(rows / down), Math.ceil(columns / across)];
  const fits =
    weight.shape.length === scale.shape.length &&
    weight.shape.slice(0, -2).every((length, axis) => length === scale.shape[axis]) &&
    Math.ceil(rows / high) === down &&
    Math.ceil(columns / wide) === across;
  return fits ? [high, wide] : undefined;
}

/** Which of `length` places shares the scale of which block. */
const owners = (length: number, block: number): Tensor =>
  int32(
    Array.from({ length }, (_, at) => Math.floor(at / block)),
    [length],
  );

/** weight (…, rows, columns) · its block's scale, in float32. */
function multiplied(weight: Tensor, scale: Tensor, [high, wide]: Block): Tensor {
  const [rows = 1, columns = 1] = weight.shape.slice(-2);
  const grid = scale.size === 1 ? scale.reshape(1) : spread(scale, rows, columns, [high, wide]);
  return weight.astype("float32").mul(grid);
}

function spread(scale: Tensor, rows: number, columns: number, [high, wide]: Block): Tensor {
  const down = scale.ndim - 2;
  return scale
    .astype("float32")
    .take(owners(rows, high), down)
    .take(owners(columns, wide), down + 1);
}

interface Scaled {
  scale: string;
  grid: Block;
}

/** Each weight that has a scale. @throws ModelError FT-WEIGHTS-064 (exit 7) where they do not fit. */
function scaledWeights({ folder, config, tensors }: StoredModel): Map<string, Scaled> {
  const block = blockOf(settingsOf(config).block);
  const found = new Map<string, Scaled>();
  const problems: string[] = [];
  for (const [name, scale] of tensors) {
    if (!isScale(name)) continue;
    const weight = tensors.get(weightOf(name));
    const grid = weight && gridOf(weight, scale, block);
    if (grid === undefined) problems.push(`${name} is of no weight, or of one of another shape`);
    else found.set(weightOf(name), { scale: name, grid });
  }
  for (const [name, { dtype }] of tensors) {
    const isSmall = isSafetensorsDtype(dtype) && smallFloats.has(dtype);
    if (isSmall && !found.has(name) && !isScale(name)) problems.push(`${name} has no scale`);
  }
  if (problems.length === 0) return found;
  throw malformed(
    "FT-WEIGHTS-064",
    folder,
    "weights and their scales do not fit together",
    problems,
  );
}

const precisions = ["bfloat16", "float16", "float32"] as const;

function precisionOf(config: Config): (typeof precisions)[number] {
  const said = config["dtype"] ?? config["torch_dtype"];
  return precisions.find((name) => name === said) ?? "bfloat16";
}

/** Without what says that weights are packed, so that what is written again is not taken for it. */
function plainConfig(config: unknown): Config {
  const { quantization_config: _gone, ...rest } = config as Config;
  return rest;
}

function withConfig(files: NamedFiles, config: Config): NamedFiles {
  const name = "config.json";
  const made = filesMadeBy(
    files.at,
    new Map([[name, () => `${JSON.stringify(config, null, 2)}\n`]]),
  );
  return { ...files, read: (wanted) => (wanted === name ? made : files).read(wanted) };
}

function readerOf(reader: TensorReader, scaled: ReadonlyMap<string, Scaled>): TensorReader {
  const read = (name: string): Tensor => {
    const found = scaled.get(name);
    if (found === undefined) return reader.read(name);
    const parts = [reader.read(name), reader.read(found.scale)];
    try {
      return retain(
        scope(() => {
          const [weight, scale] = parts as [Tensor, Tensor];
          const plain = multiplied(weight, scale, found.grid);
          evaluate([plain]);
          return plain;
        }),
      );
    } finally {
      dispose(parts);
    }
  };
  return { read, close: () => reader.close() };
}

/**
 * The same model with plain weights; one that is not of this kind as it is.
 * @throws ModelError FT-WEIGHTS-064 (exit 7) where weights and scales do not fit together.
 */
export function unpackedFp8(stored: StoredModel): StoredModel {
  if (settingsOf(stored.config).method !== METHOD) return stored;
  const scaled = scaledWeights(stored);
  const isLeft = ([name]: [string, StoredTensor]): boolean =>
    !isScale(name) && !ACTIVATION.test(name);
  const config = plainConfig(stored.config);
  return {
    ...stored,
    config,
    companions: withConfig(stored.companions, config),
    precision: precisionOf(config),
    tensors: new Map([...stored.tensors].filter(isLeft)),
    load: () => readerOf(stored.load(), scaled),
  };
}
