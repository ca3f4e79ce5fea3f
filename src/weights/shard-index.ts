// Reads and checks model.safetensors.index.json, or that of pytorch_model.bin: which shard holds which tensor.
// Does not look at the shards; model-folder.ts compares the two.
import { boundedFile, NotSuchAFile } from "../core/bounded-file.ts";
import { ModelError } from "../core/errors.ts";
import type { JsonValue } from "./strict-json.ts";
import { JsonProblem, parseStrictJson } from "./strict-json.ts";
import { malformed } from "./weight-errors.ts";

/** Name of the tensor → plain name of the file beside the index. */
export type ShardIndex = Map<string, string>;

const MAX_INDEX_BYTES = 64_000_000;
const LIMITS = { depth: 16, values: 2_000_000 };
const PLAIN_SHARD = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*\.(?:safetensors|bin|pt|pth)$/;

/** Text of a small file; larger than `limit` bytes, or no file at all, is malformed (exit 7). */
export function boundedText(path: string, limit: number): string {
  try {
    return boundedFile(path, limit).toString("utf8");
  } catch (cause) {
    if (cause instanceof NotSuchAFile) throw malformed("FT-WEIGHTS-013", path, cause.message);
    const hint = `ls -l ${path} shows what is there`;
    const message = "the file cannot be opened";
    throw new ModelError("FT-WEIGHTS-001", { at: { file: path }, message, hint, cause });
  }
}

/** @throws ModelError FT-WEIGHTS-013 (exit 7) with every bad entry, also for names outside the folder. */
export async function readShardIndex(path: string): Promise<ShardIndex> {
  const weightMap = weightMapOf(path, boundedText(path, MAX_INDEX_BYTES));
  const index: ShardIndex = new Map();
  const problems: string[] = [];
  for (const [tensor, shard] of weightMap) {
    if (typeof shard === "string" && PLAIN_SHARD.test(shard)) index.set(tensor, shard);
    else problems.push(`tensor ${JSON.stringify(tensor)}: ${shownShard(shard)}`);
  }
  if (problems.length > 0) {
    const message = "the index names files that are not plain weight files of its folder";
    throw malformed("FT-WEIGHTS-013", path, message, problems);
  }
  return index;
}

function shownShard(shard: JsonValue): string {
  return typeof shard === "string" ? JSON.stringify(shard) : "not a file name";
}

function weightMapOf(path: string, text: string): Map<string, JsonValue> {
  const root = parsed(path, text);
  const weightMap = root instanceof Map ? root.get("weight_map") : undefined;
  if (weightMap instanceof Map && weightMap.size > 0) return weightMap;
  throw malformed("FT-WEIGHTS-013", path, "the index has no weight_map");
}

function parsed(path: string, text: string): JsonValue {
  try {
    return parseStrictJson(text, LIMITS);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw malformed("FT-WEIGHTS-013", path, `the index is not valid JSON: ${error.message}`);
  }
}
