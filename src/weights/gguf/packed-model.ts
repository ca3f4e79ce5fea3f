// A GGUF file seen as a model that MLX has packed: matrices of some types are not unpacked, only laid out anew.
// What becomes of which name is the architecture's recipe, as for the plain view.
import { elementCount } from "../../core/element-count.ts";
import { dispose, retain, tensor, type Tensor } from "../../mx/index.ts";
import { FileRanges } from "../file-ranges.ts";
import { type Recipe, type Rule } from "../recipe/index.ts";
import { NamePattern } from "../recipe/patterns.ts";
import type { StoredTensor, TensorReader } from "../stored-model.ts";
import type { GgufHeader, GgufTensor } from "./header.ts";
import { GROUP_SIZE, type PackedTarget, type PackedType, packedTypes } from "./packed-blocks.ts";
import { openGgufTensors } from "./tensors.ts";

const WEIGHT = ".weight";
const KINDS = ["weight", "scales", "biases"] as const;

/** How a matrix is packed; undefined: it is read as plain numbers. */
function packedTypeOf(name: string, { type, shape }: GgufTensor): PackedType | undefined {
  return name.endsWith(WEIGHT) && shape.length === 2 ? packedTypes.get(type.name) : undefined;
}

const partName = (name: string, kind: string): string => `${name.slice(0, -WEIGHT.length)}.${kind}`;

/** Shapes of words, scales and biases. */
function partShapes([rows = 0, columns = 0]: readonly number[], bits: number): number[][] {
  const groups = [rows, columns / GROUP_SIZE];
  return [[rows, (columns * bits) / 32], groups, groups];
}

/** The file's tensors, with three in the place of each packed matrix. */
export function packedListing(
  listed: ReadonlyMap<string, StoredTensor>,
  { tensors }: GgufHeader,
): Map<string, StoredTensor> {
  const entries = [...listed].flatMap(([name, stored]): [string, StoredTensor][] => {
    const type = packedTypeOf(name, tensors.get(name) as GgufTensor);
    if (type === undefined) return [[name, stored]];
    return partShapes(stored.shape, type.bits).map((shape, at) => {
      const dtype = at === 0 ? "U32" : "F32";
      const part = { ...stored, dtype, shape, bytes: 4 * elementCount(shape) };
      return [partName(name, KINDS[at] ?? ""), part];
    });
  });
  return new Map(entries);
}

/** Rules for weights, with the same for their scales and biases, which have as many rows. */
export function packedRecipe(recipe: Recipe): Recipe {
  const all = `{kind:weight|bias|scales|biases}`;
  const widened = ({ text }: NamePattern): NamePattern =>
    new NamePattern(text.replace("{kind:weight|bias}", all).replace(/\.weight$/, `.${all}`));
  return recipe.map((rule): Rule => {
    if (rule.kind !== "conversion") return rule;
    const [from, to] = [rule.from, rule.to].map((names) => names.map(widened));
    const known = new Map((from ?? []).flatMap(({ forms }) => [...forms]));
    const bound = (to ?? []).map(({ text }) => new NamePattern(text, known));
    return { ...rule, from: from ?? [], to: bound };
  });
}

/** What config.json says of layers packed so; each has a setting of its own. */
export function packedConfig(
  config: unknown,
  tensors: ReadonlyMap<string, Pick<StoredTensor, "shape">>,
): Record<string, unknown> {
  const settings = [...tensors].flatMap(([name, { shape }]): [string, object][] => {
    const words = tensors.get(name.replace(/\.scales$/, WEIGHT))?.shape.at(-1);
    if (!name.endsWith(".scales") || words === undefined) return [];
    const bits = (32 * words) / (GROUP_SIZE * (shape.at(-1) ?? 1));
    return [[name.slice(0, -".scales".length), { group_size: GROUP_SIZE, bits }]];
  });
  const quantization = { group_size: GROUP_SIZE, bits: 4, ...Object.fromEntries(settings) };
  return { ...(config as object), quantization };
}

function repacked(
  ranges: FileRanges,
  { begin, end, shape }: GgufTensor,
  type: PackedType,
  littleEndian: boolean,
): PackedTarget {
  const count = elementCount(shape);
  const bytes = new Uint8Array(end - begin);
  ranges.fill(bytes, begin);
  const groups = count / GROUP_SIZE;
  const target = {
    words: new Uint8Array((count * type.bits) / 8),
    scales: new Float32Array(groups),
    biases: new Float32Array(groups),
  };
  type.repack(new DataView(bytes.buffer), target, littleEndian);
  return target;
}

function tensorsOf({ words, scales, biases }: PackedTarget, shapes: number[][]): Tensor[] {
  const [numbers = [], groups = []] = shapes;
  const whole = new Uint32Array(words.buffer);
  return retain([
    tensor(whole, numbers, "uint32"),
    tensor(scales, groups, "float32"),
    tensor(biases, groups, "float32"),
  ]);
}

/** Opens the file: what can stay packed comes in three parts, the rest as `openGgufTensors` gives it. */
export function openPackedTensors(path: string, header: GgufHeader): TensorReader {
  const plain = openGgufTensors(path, header);
  const ranges = new FileRanges(path, "FT-WEIGHTS-050");
  const made = new Map<string, Tensor>();
  const make = (name: string, found: GgufTensor, type: PackedType): void => {
    const parts = repacked(ranges, found, type, header.littleEndian);
    tensorsOf(parts, partShapes(found.shape, type.bits)).forEach((part, at) =>
      made.set(partName(name, KINDS[at] ?? ""), part),
    );
  };
  return {
    read(name) {
      const weight = name.replace(/\.(scales|biases)$/, WEIGHT);
      const found = header.tensors.get(weight);
      const type = found && packedTypeOf(weight, found);
      if (found === undefined || type === undefined) return plain.read(name);
      if (!made.has(name)) make(weight, found, type);
      const part = made.get(name) as Tensor;
      made.delete(name);
      return part;
    },
    close() {
      dispose(made);
      ranges.close();
      plain.close();
    },
  };
}
