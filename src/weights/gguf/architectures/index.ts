// The list of GGUF architectures, by `general.architecture`. The next is one file and one line.
import { ModelError } from "../../../core/errors.ts";
import { Registry } from "../../../core/registry.ts";
import type { GgufArchitecture } from "./architecture.ts";
import { gemma, gemma2, gemma3 } from "./gemma.ts";
import { gemma4 } from "./gemma4.ts";
import { gpt2 } from "./gpt2.ts";
import { granite } from "./granite.ts";
import { lfm2 } from "./lfm2.ts";
import { llama } from "./llama.ts";
import { mistral3 } from "./mistral3.ts";
import { olmo2 } from "./olmo2.ts";
import { phi3 } from "./phi3.ts";
import { qwen2, qwen3 } from "./qwen.ts";
import { qwen35 } from "./qwen35.ts";
import { smollm3 } from "./smollm3.ts";
import { starcoder2 } from "./starcoder2.ts";

export const ggufArchitectures = new Registry<GgufArchitecture>(
  {
    ...{ gemma, gemma2, gemma3, gemma4, gpt2, granite, lfm2, llama, mistral3, olmo2, phi3, qwen2 },
    ...{ qwen3, qwen35, smollm3, starcoder2 },
  },
  ({ name, known }) =>
    new ModelError("FT-WEIGHTS-055", {
      message: `GGUF files of '${name}' are not read. Supported: [${known.join(", ")}]`,
      hint: "choose the model's Hugging Face version, or another model",
    }),
);
