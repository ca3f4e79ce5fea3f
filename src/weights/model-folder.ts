// Opens a Hugging Face model folder: config.json, and which file holds which tensor, all checked.
// Reads headers only, those of weights that are not here yet too; knows no architecture, and needs no addon before `load`.
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { ModelError } from "../core/errors.ts";
import { parsePythonJson } from "../core/json-text.ts";
import { filesInFolder } from "../core/named-files.ts";
import { nearest } from "../core/nearest.ts";
import type { ByteSource } from "./byte-source.ts";
import { unpackedFp8 } from "./fp8.ts";
import { withWholeHeads } from "./latent-heads.ts";
import { toldAsMlx } from "./mxfp4.ts";
import type { ShardIndex } from "./shard-index.ts";
import { boundedText, readShardIndex } from "./shard-index.ts";
import type { StoredModel, StoredTensor } from "./stored-model.ts";
import { downloadAgain, malformed, shown } from "./weight-errors.ts";
import { chooseWeights, isGguf, missingShards, unsupportedWeights } from "./weight-files.ts";
import { openTogether, openWeightFile, type WeightFile } from "./weight-forms.ts";

const CONFIG_FILE = "config.json";
const MAX_CONFIG_BYTES = 16_000_000;

/**
 * `remote`: weights of this model that are not in the folder, by their name there.
 * @throws ModelError FT-WEIGHTS-010 no such folder, 011 no weights, 012 only other weight forms,
 * 014 shards missing, 015 config.json (exit 3); 013 bad index, 016 shards and index differ, and
 * those of `readSafetensorsHeader` (exit 7).
 */
export async function openModelFolder(
  folder: string,
  remote: readonly ByteSource[] = [],
): Promise<StoredModel> {
  const names = [...(await fileNames(folder)), ...remote.map(({ name }) => name)];
  const { files, index } = await weightFiles(folder, names);
  const config = readConfig(folder, names);
  const opened = await openedFiles(files, remote);
  if (index !== undefined) compareWithIndex(index, opened);
  const fileBytes = new Map([...opened].map(([file, one]) => [file, one.fileBytes]));
  const tensors = tensorsOf(folder, opened);
  const load = () => openTogether(opened);
  const companions = filesInFolder(folder);
  const stored = { folder, config, companions, tensors, files, fileBytes, load };
  return withWholeHeads(toldAsMlx(unpackedFp8(stored)));
}

async function fileNames(folder: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw await noFolder(folder, cause);
  }
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
}

async function noFolder(folder: string, cause: unknown): Promise<ModelError> {
  const isFile = await stat(folder).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) {
    const hint = `give its folder: ${path.dirname(folder)}`;
    const message = "a file, where a model folder is expected";
    return new ModelError("FT-WEIGHTS-010", { at: { file: folder }, message, hint, cause });
  }
  return missingFolder(folder, cause);
}

/** The error for a folder or .gguf file that is not there, with the nearest name beside it. */
export async function missingFolder(folder: string, cause?: unknown): Promise<ModelError> {
  const parent = path.dirname(path.resolve(folder));
  const siblings = await readdir(parent).catch(() => [] as string[]);
  const near = nearest(path.basename(folder), siblings);
  const hint =
    near === undefined
      ? `ls ${parent} lists what is there`
      : `did you mean ${path.join(parent, near)}?`;
  const message = `there is no such model ${isGguf(folder) ? "file" : "folder"}`;
  return new ModelError("FT-WEIGHTS-010", { at: { file: folder }, message, hint, cause });
}

interface ChosenFiles {
  files: string[];
  index?: { file: string; shards: ShardIndex };
}

async function weightFiles(folder: string, names: readonly string[]): Promise<ChosenFiles> {
  const choice = chooseWeights(names);
  if (choice.kind === "none") throw noWeights(folder, choice.unsupported);
  const inFolder = (name: string): string => path.join(folder, name);
  if (choice.kind === "files") {
    checkPresent(folder, missingShards(choice.files));
    return { files: choice.files.map(inFolder) };
  }
  const file = inFolder(choice.index);
  const shards = await readShardIndex(file);
  const used = [...new Set(shards.values())].sort();
  checkPresent(
    folder,
    used.filter((shard) => !names.includes(shard)),
  );
  return { files: used.map(inFolder), index: { file, shards } };
}

function noWeights(folder: string, unsupported: readonly string[]): ModelError {
  const code = unsupported.length === 0 ? "FT-WEIGHTS-011" : "FT-WEIGHTS-012";
  return new ModelError(code, { at: { file: folder }, ...unsupportedWeights(unsupported) });
}

function checkPresent(folder: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new ModelError("FT-WEIGHTS-014", {
    at: { file: folder },
    message: `${missing.length} weight ${missing.length === 1 ? "file is" : "files are"} missing`,
    problems: shown(missing),
    hint: downloadAgain(path.join(folder, missing[0] ?? "")),
  });
}

function readConfig(folder: string, names: readonly string[]): unknown {
  const file = path.join(folder, CONFIG_FILE);
  if (!names.includes(CONFIG_FILE)) throw badConfig(folder, `there is no ${CONFIG_FILE}`);
  const result = parsePythonJson(boundedText(file, MAX_CONFIG_BYTES));
  if (!result.ok)
    throw badConfig(file, `not valid JSON: ${result.problem.reason}`, result.problem.line);
  const { value } = result;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badConfig(file, "not a JSON object");
  }
  return value;
}

function badConfig(file: string, message: string, line?: number): ModelError {
  const at = line === undefined ? { file } : { file, line };
  const hint = "copy config.json from the model's page: it names the architecture";
  return new ModelError("FT-WEIGHTS-015", { at, message, hint });
}

type Files = Map<string, WeightFile>;

/** One file after another: a folder of a hundred shards must not open them all at once. */
async function openedFiles(
  files: readonly string[],
  remote: readonly ByteSource[],
): Promise<Files> {
  const opened: Files = new Map();
  for (const file of files) {
    const source = remote.find(({ name }) => name === path.basename(file));
    opened.set(file, await openWeightFile(file, source));
  }
  return opened;
}

function compareWithIndex(
  { file, shards }: { file: string; shards: ShardIndex },
  files: Files,
): void {
  const folder = path.dirname(file);
  const problems: string[] = [];
  for (const [tensor, shard] of shards) {
    const header = files.get(path.join(folder, shard));
    if (!header?.tensors.has(tensor)) {
      problems.push(`tensor ${JSON.stringify(tensor)} is not in ${shard}, where the index has it`);
    }
  }
  for (const [shard, { tensors }] of files) {
    for (const tensor of tensors.keys()) {
      if (shards.has(tensor)) continue;
      problems.push(
        `tensor ${JSON.stringify(tensor)} of ${path.basename(shard)} is not in the index`,
      );
    }
  }
  if (problems.length === 0) return;
  const message = "the index and the shards do not belong together";
  throw malformed("FT-WEIGHTS-016", file, message, problems);
}

function tensorsOf(folder: string, files: Files): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  const problems: string[] = [];
  for (const [file, opened] of files) {
    for (const [name, tensor] of opened.tensors) {
      const earlier = tensors.get(name)?.file;
      if (earlier !== undefined) problems.push(twice(name, earlier, file));
      tensors.set(name, { ...tensor, file });
    }
  }
  if (problems.length === 0) return tensors;
  throw malformed("FT-WEIGHTS-016", folder, "the same tensor is in several files", problems);
}

function twice(name: string, first: string, second: string): string {
  return `tensor ${JSON.stringify(name)} is in ${path.basename(first)} and ${path.basename(second)}`;
}
