// A folder as mlx_lm.convert writes it, quantized or not: MLX's packings, and mlx-lm's names for its layers. An adapter
// on a packed base is packed as the base is; one that rounding would take is not written.
import { ModelError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import { packingOf } from "../../models/kit/index.ts";
import type { Packing } from "../../mx/index.ts";
import { openModelFolder, type StoredModel } from "../../weights/index.ts";
import { type ConversionWish, planConversion } from "../conversion.ts";
import { type MergedModel, mergedModel } from "../merged-model.ts";
import type { ExportFormat, ExportSource, PlannedExport } from "./format.ts";
import { configForMlx } from "./mlx-config.ts";
import { mlxPacking, mlxQuants } from "./mlx-quants.ts";
import { folderExport } from "./model-folder-export.ts";
import type { ExportOptions } from "./options.ts";

const isPackedModel = ({ config }: StoredModel): boolean =>
  packingOf(config as Record<string, unknown>) !== undefined;

/** @throws ModelError FT-MODEL-034 where another packing than its own is asked of packed weights. */
function requirePlain(stored: StoredModel, quant: string): void {
  if (!isPackedModel(stored)) return;
  throw new ModelError("FT-MODEL-034", {
    at: { file: stored.folder },
    message: `the model is quantized already, and quantizing it again as ${quant} would lose more`,
    hint: `ft models convert ${shellWord(stored.folder)} PLAIN --dequantize, then export PLAIN`,
  });
}

/** A packed base with an adapter: packed again as it was, or plain in the precision that is asked for. */
function wishOnPacked(changed: MergedModel["changed"], { dtype }: ExportOptions): ConversionWish {
  if (dtype !== undefined) return { dtype, unpacks: true, isAsMlx: true };
  const packed = [...changed].filter((entry): entry is [string, Packing] => entry[1] !== undefined);
  return { packsLayers: new Map(packed), isAsMlx: true };
}

export interface PlannedMlx extends PlannedExport {
  /** With the adapter in it. */
  stored: StoredModel;
  config: Readonly<Record<string, unknown>>;
}

/** As mlx-lm would convert it. Packed weights stay as they are packed. */
export async function planMlx(source: ExportSource, options: ExportOptions): Promise<PlannedMlx> {
  const { model: base, adapter } = source;
  const { quant, dtype } = options;
  if (quant !== undefined) requirePlain(base, quant);
  const merged = adapter && (await mergedModel(base, adapter.folder));
  const stored = merged ?? base;
  const wish =
    merged !== undefined && isPackedModel(base)
      ? wishOnPacked(merged.changed, options)
      : { dtype, packing: mlxPacking(quant), isAsMlx: true };
  const planned = await planConversion(stored, wish);
  const conversion = { ...planned, config: configForMlx(planned.config) };
  const folder = folderExport(stored, conversion);
  const isRounded = merged !== undefined && conversion.packed.size > 0;
  const rounds = isRounded ? { merged, open: openModelFolder } : undefined;
  return { ...folder, rounds, stored, config: conversion.config };
}

export const mlx: ExportFormat = {
  about: "folder for mlx-lm and other MLX programs, as mlx_lm.convert writes it",
  output: "folder",
  takes: ["quant", "dtype"],
  quants: mlxQuants,
  plan: planMlx,
};
