// The list of GGUF architectures, by `general.architecture`. The next is one file and one line.
import { ModelError } from "../../../core/errors.ts";
import { Registry } from "../../../core/registry.ts";
import type { GgufArchitecture } from "./architecture.ts";
import { gemma, gemma2, gemma3 } from "./gemma.ts";
import { granite } from "./granite.ts";
import { llama } from "./llama.ts";
import { olmo2 } from "./olmo2.ts";
import { phi3 } from "./phi3.ts";
import { qwen2, qwen3 } from "./qwen.ts";
import { smollm3 } from "./smollm3.ts";

export const ggufArchitectures = new Registry<GgufArchitecture>(
  { gemma, gemma2, gemma3, granite, llama, olmo2, phi3, qwen2, qwen3, smollm3 },
  ({ name, known }) =>
    new ModelError("FT-WEIGHTS-055", {
      message: `GGUF files of '${name}' are not read. Supported: [${known.join(", ")}]`,
      hint: "choose the model's Hugging Face version, or another model",
    }),
);
