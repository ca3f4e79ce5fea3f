import { ggufLayout } from "../gguf/gguf-file.ts";
import { ggufQuants } from "../gguf/mixtures.ts";
// A .gguf file, for llama.cpp and what is built on it: weights, tokenizer and template in one.
import { type GgufPlan, planGguf } from "../gguf/plan.ts";
import { writeGguf } from "../gguf/write.ts";
import type { Dropped, ExportFormat } from "./format.ts";
import { droppedFiles, droppedTensors } from "./model-folder-export.ts";
import { wholeModel } from "./whole-model.ts";

/** As llama.cpp's converter writes. */
const USUAL = "f16";

function unheeded({ family: { writing, config } }: GgufPlan): readonly Dropped[] {
  return writing.unheeded?.(config) ?? [];
}

export const gguf: ExportFormat = {
  about: "one file, for llama.cpp, Ollama, LM Studio",
  output: "file",
  takes: ["quant"],
  quants: ggufQuants,
  async plan(source, { quant = USUAL }) {
    const stored = await wholeModel(source);
    const plan = await planGguf(stored, { quant, name: source.name });
    return {
      bytes: ggufLayout(plan.entries, plan.tensors).bytes,
      dropped: [...droppedTensors(plan.leftOut), ...droppedFiles(stored), ...unheeded(plan)],
      notes: [],
      write: (to, options) => writeGguf(to, plan, options),
    };
  },
};
