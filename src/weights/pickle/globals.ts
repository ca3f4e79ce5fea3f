// The names that pickled weights may use, and what each gives. The only list: data that asks for any other name is
// refused, and nothing here runs anything. What torch.save writes for a dictionary of tensors needs no more.
import { SAFETENSORS_DTYPES, type SafetensorsDtype } from "../safetensors-dtypes.ts";
import {
  isKind,
  type PickledMap,
  PickledTuple,
  type PickledTensor,
  type PickledValue,
  PickleProblem,
} from "./values.ts";

/** Types of storages, and safetensors' names for what is in them. */
const storages: Readonly<Record<string, SafetensorsDtype>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
  Float8_e4m3fnStorage: "F8_E4M3",
  Float8_e5m2Storage: "F8_E5M2",
};

const storageTypes: ReadonlyMap<string, SafetensorsDtype> = new Map([
  ...Object.entries(storages).map(([name, dtype]) => [`torch ${name}`, dtype] as const),
  // Bytes, whose type is told with the tensor.
  ["torch.storage UntypedStorage", "U8"],
]);

/** torch.float8_e4m3fn and its like: given to `_rebuild_tensor_v3` beside a storage, or a setting of whoever saved. */
const dtypes: ReadonlyMap<string, SafetensorsDtype> = new Map([
  ["torch float64", "F64"],
  ["torch float32", "F32"],
  ["torch float16", "F16"],
  ["torch bfloat16", "BF16"],
  ["torch float8_e4m3fn", "F8_E4M3"],
  ["torch float8_e5m2", "F8_E5M2"],
  ["torch int64", "I64"],
  ["torch int32", "I32"],
  ["torch int16", "I16"],
  ["torch int8", "I8"],
  ["torch uint64", "U64"],
  ["torch uint32", "U32"],
  ["torch uint16", "U16"],
  ["torch uint8", "U8"],
  ["torch bool", "BOOL"],
]);

const bitsOf = (dtype: SafetensorsDtype): number => SAFETENSORS_DTYPES[dtype].bits;

type Make = (inputs: readonly PickledValue[]) => PickledValue;

const isCount = (value: PickledValue | undefined): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function counts(value: PickledValue | undefined, what: string): number[] {
  const items = value instanceof PickledTuple ? value.items : undefined;
  if (items?.every((item) => isCount(item)) === true) return [...items] as number[];
  throw new PickleProblem(`a tensor's ${what} is not a tuple of non-negative integers`);
}

/** (storage, offset, size, stride, …) as torch._utils has it; what follows says how gradients were kept. */
const rebuildTensor: Make = ([storage, offset, size, stride]) => {
  if (!isKind(storage, "storage")) throw new PickleProblem("a tensor without a storage");
  if (!isCount(offset)) throw new PickleProblem("a tensor's offset is not a non-negative integer");
  const [shape, strides] = [counts(size, "shape"), counts(stride, "stride")];
  if (shape.length !== strides.length)
    throw new PickleProblem("a tensor's shape and stride are of different lengths");
  return { kind: "tensor", storage, offset, shape, strides } satisfies PickledTensor;
};

/** As above, with the type of the numbers after the stride's three successors. */
const rebuildTensorV3: Make = (inputs) => {
  const [storage, dtype] = [inputs[0], inputs[6]];
  const name = isKind(dtype, "global") ? dtypes.get(dtype.name) : undefined;
  if (!isKind(storage, "storage") || name === undefined)
    throw new PickleProblem("a tensor whose type of number is not known");
  const count = Math.floor((storage.count * bitsOf(storage.dtype)) / bitsOf(name));
  return rebuildTensor([{ ...storage, dtype: name, count }, ...inputs.slice(1)]);
};

const rebuildParameter: Make = ([tensor]) => {
  if (isKind(tensor, "tensor")) return tensor;
  throw new PickleProblem("a parameter that is no tensor");
};

const emptyMap: Make = (inputs) => {
  if (inputs.length === 0) return new Map() as PickledMap;
  throw new PickleProblem("an ordered dictionary that is not empty where it is made");
};

/** What may be called. */
const makers: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["torch._utils _rebuild_tensor", rebuildTensor],
  ["torch._utils _rebuild_tensor_v2", rebuildTensor],
  ["torch._utils _rebuild_tensor_v3", rebuildTensorV3],
  ["torch._utils _rebuild_parameter", rebuildParameter],
  ["collections OrderedDict", emptyMap],
  ["torch.serialization _get_layout", () => ({ kind: "opaque" })],
  ["torch device", () => ({ kind: "opaque" })],
  ["torch Size", ([sizes]) => sizes ?? new PickledTuple([])],
]);

const known = (name: string): boolean =>
  makers.has(name) || storageTypes.has(name) || dtypes.has(name);

const LONGEST_SHOWN = 100;

/** @throws PickleProblem for every name but those above. */
export function globalOf(module: string, name: string): PickledValue {
  const found = `${module} ${name}`;
  if (known(found)) return { kind: "global", name: found };
  const shown = JSON.stringify(`${module}.${name}`.slice(0, LONGEST_SHOWN));
  throw new PickleProblem(`it asks for ${shown}, which no weights need`, "hostile");
}

export function callOf(callee: PickledValue, inputs: readonly PickledValue[]): PickledValue {
  const make = isKind(callee, "global") ? makers.get(callee.name) : undefined;
  if (make !== undefined) return make(inputs);
  throw new PickleProblem("it calls what is no function of weights", "hostile");
}

/** ("storage", type, key, place, count): what stands for the numbers, which are another file of the archive. */
export function storageOf(reference: PickledValue): PickledValue {
  const items = reference instanceof PickledTuple ? reference.items : [];
  const [word, type, key, , count] = items;
  const dtype = isKind(type, "global") ? storageTypes.get(type.name) : undefined;
  if (word !== "storage" || dtype === undefined || typeof key !== "string" || !isCount(count))
    throw new PickleProblem("a storage that is not described as torch describes one");
  return { kind: "storage", dtype, key, count };
}
