// A .gguf file, for llama.cpp and what is built on it: weights, tokenizer and template in one.
import { UsageError } from "../../core/errors.ts";
import { ggufTypeNamed } from "../../weights/gguf/types.ts";
import { openGgufModel } from "../../weights/index.ts";
import { adapterQuants, planGgufAdapter } from "../gguf/adapter.ts";
import { ggufLayout } from "../gguf/gguf-file.ts";
import { ggufQuants } from "../gguf/mixtures.ts";
import { type GgufPlan, planGguf } from "../gguf/plan.ts";
import { writeGguf } from "../gguf/write.ts";
import type { RoundedUpdate } from "../kept-update.ts";
import type { MergedModel } from "../merged-model.ts";
import type { Dropped, ExportFormat, ExportSource, PlannedExport } from "./format.ts";
import { droppedFiles, droppedTensors } from "./model-folder-export.ts";
import { wholeModel } from "./whole-model.ts";

/** As llama.cpp's converters write. */
const USUAL = "f16";
const USUAL_ADAPTER = "f32";

/** @throws UsageError FT-EXPORT-003 for a quantization that factors do not have. */
async function planAdapter(source: ExportSource, quant: string): Promise<PlannedExport> {
  if (!adapterQuants.includes(quant))
    throw new UsageError("FT-EXPORT-003", {
      message: `an adapter by itself has no quantization '${quant}'`,
      hint: `--quant takes ${adapterQuants.join(", ")} with --adapter-only`,
    });
  const plan = await planGgufAdapter(source, quant);
  const { bytes } = ggufLayout(plan.entries, plan.tensors);
  const write: PlannedExport["write"] = (to, options) => writeGguf(to, plan, options);
  return { bytes, dropped: [], notes: [], write };
}

function unheeded({ family: { writing, config } }: GgufPlan): readonly Dropped[] {
  return writing.unheeded?.(config) ?? [];
}

/** Undefined where no update is rounded to few bits. */
function roundedIn(
  { tensors }: GgufPlan,
  merged: MergedModel | undefined,
): RoundedUpdate | undefined {
  const isFewBits = tensors.some(({ type }) => ggufTypeNamed(type).blockSize > 1);
  return isFewBits && merged !== undefined ? { merged, open: openGgufModel } : undefined;
}

export const gguf: ExportFormat = {
  about: "one file for llama.cpp, Ollama and LM Studio",
  output: "file",
  takes: ["quant", "adapterOnly"],
  quants: ggufQuants,
  async plan(source, { quant: asked, adapterOnly }) {
    if (adapterOnly === true) return await planAdapter(source, asked ?? USUAL_ADAPTER);
    const quant = asked ?? USUAL;
    const { stored, merged } = await wholeModel(source);
    const plan = await planGguf(stored, { quant, name: source.name });
    return {
      bytes: ggufLayout(plan.entries, plan.tensors).bytes,
      dropped: [...droppedTensors(plan.leftOut), ...droppedFiles(stored), ...unheeded(plan)],
      notes: [],
      rounds: roundedIn(plan, merged),
      write: (to, options) => writeGguf(to, plan, options),
    };
  },
};
