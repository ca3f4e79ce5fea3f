// The services that can be asked, by the name that people type. The next one is a file in kinds/ and a line here.
import { Registry } from "../core/registry.ts";
import { unknownProvider } from "./errors.ts";
import { anthropic } from "./kinds/anthropic.ts";
import { google } from "./kinds/google.ts";
import { mistral } from "./kinds/mistral.ts";
import { ollama } from "./kinds/ollama.ts";
import { openaiCompatible } from "./kinds/openai-compatible.ts";
import { openai } from "./kinds/openai.ts";
import { openrouter } from "./kinds/openrouter.ts";
import type { ProviderKind } from "./types.ts";

export const providerKinds = new Registry<ProviderKind>(
  {
    google,
    ollama,
    openai,
    anthropic,
    mistral,
    openrouter,
    "openai-compatible": openaiCompatible,
  },
  unknownProvider,
);
