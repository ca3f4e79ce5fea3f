// dataset_info.json, by which LLaMA-Factory knows what is in a file: an entry for the file, beside those that are there.
import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { writeJsonAtomic } from "../../../core/atomic-files.ts";
import { boundedFile } from "../../../core/bounded-file.ts";
import { parseJson } from "../../../core/json-text.ts";
import { isObject } from "../../../data/formats/format.ts";
import { foreignFile } from "../errors.ts";

const largest = 1 << 24;

/** Names of columns there, and the fields that are them. */
const columns: readonly (readonly [column: string, field: string])[] = [
  ["messages", "conversations"],
  ["prompt", "instruction"],
  ["query", "input"],
  ["response", "output"],
  ["system", "system"],
  ["tools", "tools"],
  ["history", "history"],
  ["chosen", "chosen"],
  ["rejected", "rejected"],
];

/** The entry of a file whose rows have these fields. */
export function datasetInfo(file: string, fields: readonly string[]): Record<string, unknown> {
  const named = columns.filter(([, field]) => fields.includes(field));
  const isTurns = fields.includes("conversations");
  return {
    file_name: basename(file),
    ...(isTurns && { formatting: "sharegpt" }),
    ...(fields.includes("rejected") && { ranking: true }),
    columns: Object.fromEntries(named),
    ...(isTurns && {
      tags: {
        role_tag: "from",
        content_tag: "value",
        user_tag: "human",
        assistant_tag: "gpt",
        observation_tag: "observation",
        function_tag: "function_call",
        system_tag: "system",
      },
    }),
  };
}

/** Writes the entry into the file beside `out`; returns its path. Throws DataError FT-PROFILE-006 for one that is no object. */
export async function writeDatasetInfo(out: string, fields: readonly string[]): Promise<string> {
  const path = join(dirname(out), "dataset_info.json");
  const read = existsSync(path)
    ? parseJson(boundedFile(path, largest).toString("utf8"))
    : undefined;
  const known = read === undefined ? {} : read.ok && isObject(read.value) ? read.value : undefined;
  if (known === undefined) throw foreignFile(path);
  const name = basename(out, extname(out));
  await writeJsonAtomic(path, { ...known, [name]: datasetInfo(out, fields) });
  return path;
}
