// The weights of a model written into a folder, tensor by tensor: one file, or shards with their index.
// Configuration and tokenizer are the caller's, and so is the folder's name.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { plannedBytes, type PlannedTensor, TensorFileWriter } from "./tensor-file-writer.ts";

/** Largest file, as mlx-lm cuts them: 5 GiB. A larger tensor has a file of its own. */
const SHARD_BYTES = 5 * 2 ** 30;

function shardsOf(tensors: readonly PlannedTensor[], most: number): PlannedTensor[][] {
  const shards: PlannedTensor[][] = [];
  let held = Number.POSITIVE_INFINITY;
  for (const tensor of tensors) {
    const bytes = plannedBytes(tensor);
    if (held + bytes > most) {
      shards.push([]);
      held = 0;
    }
    shards.at(-1)?.push(tensor);
    held += bytes;
  }
  return shards;
}

function fileName(at: number, count: number): string {
  const number = (value: number): string => String(value).padStart(5, "0");
  return count === 1
    ? "model.safetensors"
    : `model-${number(at + 1)}-of-${number(count)}.safetensors`;
}

export interface ModelFilesOptions {
  metadata?: Record<string, string>;
  shardBytes?: number;
}

/** `write` writes one tensor into its file. Yields each when it is written; an index comes last. */
export function* writeModelFiles(
  folder: string,
  tensors: readonly PlannedTensor[],
  write: (name: string, file: TensorFileWriter) => void,
  { metadata = {}, shardBytes = SHARD_BYTES }: ModelFilesOptions = {},
): Generator<PlannedTensor> {
  const shards = shardsOf(tensors, shardBytes);
  for (const [at, shard] of shards.entries()) {
    const file = new TensorFileWriter(join(folder, fileName(at, shards.length)), shard, metadata);
    try {
      for (const tensor of shard) {
        write(tensor.name, file);
        yield tensor;
      }
    } finally {
      file.close();
    }
  }
  if (shards.length > 1) writeIndex(folder, shards);
}

function writeIndex(folder: string, shards: readonly PlannedTensor[][]): void {
  const total_size = shards.flat().reduce((sum, tensor) => sum + plannedBytes(tensor), 0);
  const owners = shards.flatMap((shard, at) =>
    shard.map(({ name }) => [name, fileName(at, shards.length)]),
  );
  const index = { metadata: { total_size }, weight_map: Object.fromEntries(owners.toSorted()) };
  const file = join(folder, "model.safetensors.index.json");
  writeFileSync(file, `${JSON.stringify(index, null, 2)}\n`);
}
