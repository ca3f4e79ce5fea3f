// Reads and checks a file that torch.save wrote: which tensors it holds and where their numbers lie. Both of torch's
// formats. Reads no numbers, runs nothing, needs no addon. Format: torch/serialization.py.
import { elementCount } from "../../core/element-count.ts";
import type { ModelError } from "../../core/errors.ts";
import { type ByteSource, withFile } from "../byte-source.ts";
import { type SafetensorsDtype, tensorBytes } from "../safetensors-dtypes.ts";
import { isLfsPointer, malformed, POINTER } from "../weight-errors.ts";
import { layoutOf, stateOf } from "./state.ts";
import { unpickled } from "./unpickle.ts";
import { type PickledTensor, type PickledValue, PickleProblem, type Storage } from "./values.ts";
import { archiveEntries, contentOf, isZip } from "./zip.ts";

export interface PickleEntry {
  dtype: SafetensorsDtype;
  /** Row-major. */
  shape: readonly number[];
  /** Bytes of the file, `end` excluded. */
  begin: number;
  end: number;
  /** As the numbers lie there; absent: as `shape` says. */
  layout?: { stored: readonly number[]; axes: readonly number[] };
}

export interface PickleHeader {
  tensors: Map<string, PickleEntry>;
  littleEndian: boolean;
  fileBytes: number;
}

/** A file's pickles are read whole; those of the largest models have some megabytes. */
const MAX_PICKLE_BYTES = 2 ** 26;
const FIRST_BYTES = 2 ** 20;
const MAGIC = 0x1950a86a20f9469cfc6cn;
const OLD_VERSION = 1001;

/**
 * The checked header of the file at `path`.
 * @throws ModelError FT-WEIGHTS-001 (cannot be read, exit 3), and those of `readPickleHeader`.
 */
export async function readPickleFile(path: string): Promise<PickleHeader> {
  return await withFile(path, readPickleHeader);
}

/**
 * The checked header of a file, wherever it is.
 * @throws ModelError 060 truncated, 061 not what torch writes for tensors, 062 it asks for something that could run
 * (all exit 7).
 */
export async function readPickleHeader(source: ByteSource): Promise<PickleHeader> {
  try {
    const start = await source.read(0, Math.min(8, source.bytes));
    if (isLfsPointer(start)) throw new PickleProblem(POINTER);
    return isZip(start) ? await zipHeader(source) : await oldHeader(source);
  } catch (error) {
    throw error instanceof PickleProblem ? failed(source.name, error) : error;
  }
}

const refusals: Readonly<
  Record<PickleProblem["trouble"], (file: string, message: string) => ModelError>
> = {
  truncated: (file, message) => malformed("FT-WEIGHTS-060", file, `truncated: ${message}`),
  malformed: (file, message) =>
    malformed("FT-WEIGHTS-061", file, `not a valid PyTorch file: ${message}`),
  hostile: (file, message) =>
    malformed(
      "FT-WEIGHTS-062",
      file,
      `refused, because it needs code to run, which ft never does: ${message}`,
    ),
};

function failed(file: string, { trouble, message }: PickleProblem): ModelError {
  return refusals[trouble](file, message);
}

/** Where the numbers of each storage are, by its key. */
type Places = ReadonlyMap<string, { begin: number; end: number }>;

async function zipHeader(source: ByteSource): Promise<PickleHeader> {
  const entries = await archiveEntries(source);
  const pickle = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) throw new PickleProblem("the archive has no data.pkl");
  const folder = pickle.slice(0, -"data.pkl".length);
  const contentAt = async (name: string): Promise<{ begin: number; end: number } | undefined> => {
    const entry = entries.get(`${folder}${name}`);
    return entry === undefined ? undefined : await contentOf(source, entry);
  };
  const tensors = stateOf(unpickled(await wholeEntry(source, await contentAt("data.pkl"))).value);
  const places = new Map<string, { begin: number; end: number }>();
  for (const { storage } of tensors.values()) {
    if (places.has(storage.key)) continue;
    const place = await contentAt(`data/${storage.key}`);
    if (place !== undefined) places.set(storage.key, place);
  }
  const order = Buffer.from(await wholeEntry(source, await contentAt("byteorder"))).toString();
  return {
    tensors: placed(tensors, places),
    littleEndian: order !== "big",
    fileBytes: source.bytes,
  };
}

async function wholeEntry(
  source: ByteSource,
  place: { begin: number; end: number } | undefined,
): Promise<Uint8Array> {
  if (place === undefined) return new Uint8Array();
  const bytes = place.end - place.begin;
  if (bytes <= MAX_PICKLE_BYTES) return await source.read(place.begin, bytes);
  throw new PickleProblem(`its pickle has ${bytes} bytes, more than ${MAX_PICKLE_BYTES}`);
}

/** torch before 1.6: four pickles, the keys of the storages, then for each a count and its numbers. */
async function oldHeader(source: ByteSource): Promise<PickleHeader> {
  let wanted = Math.min(FIRST_BYTES, source.bytes);
  for (;;) {
    const prefix = await source.read(0, wanted);
    try {
      return await oldHeaderIn(source, prefix);
    } catch (error) {
      const isShort = error instanceof PickleProblem && error.trouble === "truncated";
      if (!isShort || wanted >= Math.min(source.bytes, MAX_PICKLE_BYTES)) throw error;
      wanted = Math.min(source.bytes, MAX_PICKLE_BYTES);
    }
  }
}

async function oldHeaderIn(source: ByteSource, prefix: Uint8Array): Promise<PickleHeader> {
  const magic = unpickled(prefix);
  if (magic.value !== MAGIC) throw new PickleProblem("it begins like no file of torch");
  const version = unpickled(prefix, magic.end);
  if (version.value !== OLD_VERSION) throw new PickleProblem("a version that is not known");
  const system = unpickled(prefix, version.end);
  const state = unpickled(prefix, system.end);
  const keys = unpickled(prefix, state.end);
  const tensors = stateOf(state.value);
  const places = await oldPlaces(source, keys.end, keys.value, storagesOf(tensors));
  const littleEndian =
    !(system.value instanceof Map) || system.value.get("little_endian") !== false;
  return { tensors: placed(tensors, places), littleEndian, fileBytes: source.bytes };
}

function storagesOf(tensors: ReadonlyMap<string, PickledTensor>): Map<string, Storage> {
  return new Map([...tensors.values()].map(({ storage }) => [storage.key, storage]));
}

async function oldPlaces(
  source: ByteSource,
  start: number,
  keys: PickledValue,
  storages: ReadonlyMap<string, Storage>,
): Promise<Places> {
  if (!Array.isArray(keys)) throw new PickleProblem("it has no list of its storages");
  const places = new Map<string, { begin: number; end: number }>();
  let at = start;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined) throw new PickleProblem("a storage that no tensor uses");
    const count = Buffer.from(await source.read(at, 8));
    if (count.length < 8) throw new PickleProblem("it ends among its storages", "truncated");
    if (count.readBigInt64LE() !== BigInt(storage.count))
      throw new PickleProblem(`storage ${storage.key} has not the length that it is said to have`);
    const begin = at + 8;
    at = begin + (bytesOf(storage, [storage.count]) ?? 0);
    places.set(storage.key, { begin, end: at });
  }
  if (at > source.bytes) throw new PickleProblem("it ends among its storages", "truncated");
  return places;
}

const bytesOf = ({ dtype }: Storage, shape: readonly number[]): number | undefined =>
  tensorBytes(dtype, shape);

function placed(
  tensors: ReadonlyMap<string, PickledTensor>,
  places: Places,
): Map<string, PickleEntry> {
  return new Map([...tensors].map(([name, tensor]) => [name, entryOf(name, tensor, places)]));
}

function entryOf(name: string, tensor: PickledTensor, places: Places): PickleEntry {
  const { storage, shape, offset } = tensor;
  const shown = JSON.stringify(name);
  const place = places.get(storage.key);
  const width = bytesOf(storage, [1]);
  const bytes = bytesOf(storage, shape);
  if (width === undefined || bytes === undefined)
    throw new PickleProblem(`tensor ${shown} has no possible size`);
  if (place === undefined)
    throw new PickleProblem(`the numbers of tensor ${shown} are not in the file`);
  const held = place.end - place.begin;
  if ((bytesOf(storage, [storage.count]) ?? Number.POSITIVE_INFINITY) > held)
    throw new PickleProblem(`storage ${storage.key} has ${held} bytes, too few`, "truncated");
  const layout =
    elementCount(shape) === 0 ? { stored: [...shape], axes: [...shape.keys()] } : layoutOf(tensor);
  if (layout === undefined)
    throw new PickleProblem(`tensor ${shown} is a view whose numbers lie apart`);
  // a tensor without elements has no place, whatever is said of it
  const begin = place.begin + (bytes === 0 ? 0 : offset * width);
  const isPlain = layout.axes.every((axis, at) => axis === at);
  const entry = { dtype: storage.dtype, shape, begin, end: begin + bytes };
  return isPlain ? entry : { ...entry, layout };
}
