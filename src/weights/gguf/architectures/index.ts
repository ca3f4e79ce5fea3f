// The list of GGUF architectures, by `general.architecture`. The next is one file and one line.
import { ModelError } from "../../../core/errors.ts";
import { Registry } from "../../../core/registry.ts";
import type { GgufArchitecture } from "./architecture.ts";
import { llama } from "./llama.ts";

export const ggufArchitectures = new Registry<GgufArchitecture>(
  { llama },
  ({ name, known }) =>
    new ModelError("FT-WEIGHTS-055", {
      message: `GGUF files of '${name}' are not read. Supported: [${known.join(", ")}]`,
      hint: "choose the model's Hugging Face version, or another model",
    }),
);
