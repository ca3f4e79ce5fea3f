// A folder as mlx_lm.convert writes it, quantized or not: MLX's packings, and mlx-lm's names for its layers.
import { ModelError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import { packingOf } from "../../models/kit/index.ts";
import type { StoredModel } from "../../weights/index.ts";
import { type Conversion, planConversion } from "../conversion.ts";
import type { ExportFormat, ExportSource } from "./format.ts";
import { configForMlx } from "./mlx-config.ts";
import { mlxPacking, mlxQuants } from "./mlx-quants.ts";
import { folderExport } from "./model-folder-export.ts";
import type { ExportOptions } from "./options.ts";
import { wholeModel } from "./whole-model.ts";

const isPackedModel = ({ config }: StoredModel): boolean =>
  packingOf(config as Record<string, unknown>) !== undefined;

/** @throws ModelError FT-MODEL-034 where another packing than its own is asked of packed weights. */
function requirePlain(stored: StoredModel, quant: string): void {
  if (!isPackedModel(stored)) return;
  throw new ModelError("FT-MODEL-034", {
    at: { file: stored.folder },
    message: `the model is quantized already, and would lose twice as ${quant}`,
    hint: `ft models convert ${shellWord(stored.folder)} PLAIN --dequantize, then export PLAIN`,
  });
}

/** As mlx-lm would convert it. Packed weights stay as they are packed. */
export async function planMlx(
  source: ExportSource,
  { quant, dtype }: ExportOptions,
): Promise<{ stored: StoredModel; conversion: Conversion }> {
  const stored = await wholeModel(source);
  if (quant !== undefined) requirePlain(stored, quant);
  const packing = mlxPacking(quant);
  const conversion = await planConversion(stored, { dtype, packing, isAsMlx: true });
  return { stored, conversion: { ...conversion, config: configForMlx(conversion.config) } };
}

export const mlx: ExportFormat = {
  about: "folder as mlx_lm.convert writes it, for mlx-lm and other programs on MLX",
  output: "folder",
  takes: ["quant", "dtype"],
  quants: mlxQuants,
  async plan(source, options) {
    const { stored, conversion } = await planMlx(source, options);
    return folderExport(stored, conversion);
  },
};
