// What exports as model folders have in common: a conversion that is written, and the account of what stays behind.
// Which conversion it is, the format says.
import { basename } from "node:path";
import { isLicenseFile, isSideFile, type StoredModel } from "../../weights/index.ts";
import type { Conversion } from "../conversion.ts";
import { type FolderOptions, writeConvertedFiles } from "../converted-folder.ts";
import type { Dropped, PlannedExport } from "./format.ts";

/** "model.visual.blocks.0.norm.weight" → "model.visual": what a part of a model is called. */
function partOf(tensor: string): string {
  const [first = "", second, ...rest] = tensor.split(".");
  return first === "model" && second !== undefined && rest.length > 0
    ? `${first}.${second}`
    : first;
}

/** Tensors that no model here has a place for: towers for images and sound, heads for drafts. */
export function droppedTensors(names: readonly string[]): Dropped[] {
  const parts = new Map<string, number>();
  for (const name of names) parts.set(partOf(name), (parts.get(partOf(name)) ?? 0) + 1);
  const why = "no part of the language model that is built here";
  return [...parts].map(([part, count]) => ({ what: `${count} tensors of ${part}`, why }));
}

const indexFile = /\.index\.json$/;

/** Files of the model's folder that are not copied. */
export function droppedFiles({ companions, files }: StoredModel): Dropped[] {
  const weights = new Set(files.map((file) => basename(file)));
  const isKept = (name: string): boolean =>
    isSideFile(name) || isLicenseFile(name) || weights.has(name) || indexFile.test(name);
  return companions
    .names()
    .filter((name) => !name.startsWith(".") && companions.has(name) && !isKept(name))
    .map((what) => ({ what, why: "neither weights, configuration, tokenizer nor licence" }));
}

/** A conversion as an export. */
export function folderExport(
  stored: StoredModel,
  conversion: Conversion,
  options: Pick<FolderOptions, "shardBytes"> = {},
): PlannedExport {
  return {
    bytes: conversion.bytes,
    dropped: [...droppedTensors(conversion.leftOut), ...droppedFiles(stored)],
    notes: [],
    write: (to, writing) => writeConvertedFiles(to, conversion, { ...writing, ...options }),
  };
}
