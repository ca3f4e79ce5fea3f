// Keys that every .gguf file has, and names without the tower that a text model may stand in. No family's.
import { basename } from "node:path";
import { type GgufEntry, text, u32 } from "../../weights/gguf/entries.ts";
import { type Recipe, rename } from "../../weights/index.ts";

/** A text model that stands beside others has its name in front. */
export const outOfTower: Recipe = [rename("model.language_model.{path*}", "model.{path*}")];

const isPath = (name: string): boolean => /^(?:[./~]|.*\.gguf$)/.test(name);

/** No path of this machine: what a file is called, or the model's id. */
export const shortName = (name: string): string =>
  isPath(name) ? basename(name).replace(/\.gguf$/, "") : (name.split("/").at(-1) ?? name);

export type Entry = [key: string, entry: GgufEntry];

/** Of a model that the Hub has: what this one was made of. */
export function originEntries(name: string): Entry[] {
  const [owner = "", repository, ...rest] = name.split("/");
  if (isPath(name) || repository === undefined || rest.length > 0) return [];
  return [
    ["general.base_model.count", u32(1)],
    ["general.base_model.0.name", text(repository)],
    ["general.base_model.0.organization", text(owner)],
    ["general.base_model.0.repo_url", text(`https://huggingface.co/${name}`)],
  ];
}

const QUANTIZATION_VERSION = 2;

/** Of a file that is made anew: what is true of the bytes and not of the model. */
export function fileEntries(fileType: number): Entry[] {
  return [
    ["general.quantization_version", u32(QUANTIZATION_VERSION)],
    ["general.file_type", u32(fileType)],
  ];
}
