// The list of families that are written, by config.json's model_type. The next is one file and one line.
import { ModelError } from "../../../core/errors.ts";
import { Registry } from "../../../core/registry.ts";
import { writtenGemma, writtenGemma2, writtenGemma3 } from "./gemma.ts";
import { writtenGemma4 } from "./gemma4.ts";
import { writtenGpt2 } from "./gpt2.ts";
import { writtenGranite } from "./granite.ts";
import { writtenLfm2 } from "./lfm2.ts";
import { writtenLlama, writtenMistral } from "./llama.ts";
import { writtenMinistral3 } from "./mistral3.ts";
import { writtenOlmo2 } from "./olmo2.ts";
import { writtenPhi3 } from "./phi3.ts";
import { writtenQwen2, writtenQwen3 } from "./qwen.ts";
import { writtenQwen35 } from "./qwen35.ts";
import { writtenSmollm3 } from "./smollm3.ts";
import { writtenStarcoder2 } from "./starcoder2.ts";
import type { GgufWriting } from "./writing.ts";

export const ggufWritings = new Registry<GgufWriting>(
  {
    gemma: writtenGemma,
    gemma2: writtenGemma2,
    gemma3_text: writtenGemma3,
    gemma4_text: writtenGemma4,
    gemma4_unified_text: writtenGemma4,
    gpt2: writtenGpt2,
    granite: writtenGranite,
    lfm2: writtenLfm2,
    llama: writtenLlama,
    ministral3: writtenMinistral3,
    mistral: writtenMistral,
    olmo2: writtenOlmo2,
    phi3: writtenPhi3,
    qwen2: writtenQwen2,
    qwen3: writtenQwen3,
    qwen3_5_text: writtenQwen35,
    smollm3: writtenSmollm3,
    starcoder2: writtenStarcoder2,
  },
  ({ name, known }) =>
    new ModelError("FT-EXPORT-020", {
      message: `models of type '${name}' are not written as GGUF. Supported: [${known.join(", ")}]`,
      hint: "ft export hf writes a folder; llama.cpp's convert_hf_to_gguf.py may know this type",
    }),
);
