import type { Tensor } from "../mx/index.ts";
// The forms that a folder's weight files may have: how a file's header is read and checked, and how its tensors are
// opened. The next form is one entry. A model in one file of its own (.gguf) is none of them.
import type { ByteSource } from "./byte-source.ts";
import { openTensors } from "./load-tensors.ts";
import { readPickleFile, readPickleHeader, type PickleHeader } from "./pickle/header.ts";
import { dtypeRead, openRanges, type RangeEntry } from "./range-tensors.ts";
import { mlxDtype, type SafetensorsDtype } from "./safetensors-dtypes.ts";
import { readHeader, readSafetensorsHeader, type SafetensorsHeader } from "./safetensors-header.ts";
import type { StoredTensor, TensorReader } from "./stored-model.ts";
import { isPickle } from "./weight-files.ts";

/** One weight file, checked. */
export interface WeightFile {
  tensors: ReadonlyMap<string, Omit<StoredTensor, "file">>;
  fileBytes: number;
  open(): TensorReader;
}

type Entries = ReadonlyMap<string, RangeEntry>;

function listed(entries: Entries): WeightFile["tensors"] {
  return new Map(
    [...entries].map(([name, { dtype, shape, begin, end }]) => [
      name,
      { dtype, shape, bytes: end - begin },
    ]),
  );
}

/** MLX opens the file itself, unless there is a type in it that MLX has not and that is read here. */
function safetensorsFile(path: string, header: SafetensorsHeader): WeightFile {
  const tensors = listed(header.tensors);
  const types = new Set([...header.tensors.values()].map(({ dtype }) => dtype));
  const isReadHere = (dtype: SafetensorsDtype): boolean =>
    mlxDtype(dtype) === undefined && dtypeRead(dtype) !== undefined;
  const open = (): TensorReader => {
    if (![...types].some(isReadHere)) {
      const named = [...tensors].map(([name, entry]) => [name, { ...entry, file: path }] as const);
      return openTensors({ tensors: new Map(named), files: [path] });
    }
    const moved = [...header.tensors].map(([name, entry]): [string, RangeEntry] => [
      name,
      { ...entry, begin: entry.begin + header.dataStart, end: entry.end + header.dataStart },
    ]);
    const entries = new Map(moved);
    return openRanges({ path, entries, littleEndian: true, truncatedCode: "FT-WEIGHTS-002" });
  };
  return { tensors, fileBytes: header.fileBytes, open };
}

function pickleFile(path: string, header: PickleHeader): WeightFile {
  const { tensors: entries, littleEndian, fileBytes } = header;
  const open = (): TensorReader =>
    openRanges({ path, entries, littleEndian, truncatedCode: "FT-WEIGHTS-060" });
  return { tensors: listed(entries), fileBytes, open };
}

/**
 * The checked weight file at `path`, or elsewhere where `remote` is given.
 * @throws ModelError as `readSafetensorsHeader` and `readPickleHeader`.
 */
export async function openWeightFile(path: string, remote?: ByteSource): Promise<WeightFile> {
  if (isPickle(path))
    return pickleFile(path, await (remote ? readPickleHeader(remote) : readPickleFile(path)));
  return safetensorsFile(path, await (remote ? readHeader(remote) : readSafetensorsHeader(path)));
}

/** All files of a model as one. */
export function openTogether(files: ReadonlyMap<string, WeightFile>): TensorReader {
  const open: TensorReader[] = [];
  const close = (): void => {
    for (const reader of open) reader.close();
  };
  const owners = new Map<string, TensorReader>();
  try {
    for (const file of files.values()) {
      const reader = file.open();
      open.push(reader);
      for (const name of file.tensors.keys()) owners.set(name, reader);
    }
  } catch (error) {
    close();
    throw error;
  }
  const read = (name: string): Tensor => {
    const owner = owners.get(name);
    if (owner === undefined) throw new RangeError(`there is no tensor '${name}'`);
    return owner.read(name);
  };
  return { read, close };
}
