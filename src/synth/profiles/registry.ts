// The profiles by name. The next one is a file in services/ and a line here; its limits are lines of
// configs/provider-limits.yaml.
import { Registry } from "../../core/registry.ts";
import { unknownProfile } from "./errors.ts";
import type { Profile } from "./profile.ts";
import { alpaca } from "./services/alpaca.ts";
import { anthropicBedrock } from "./services/anthropic-bedrock.ts";
import { azureOpenaiSft } from "./services/azure-openai-sft.ts";
import { bedrockLlamaConverse } from "./services/bedrock-llama-converse.ts";
import { bedrockLlamaPrompt } from "./services/bedrock-llama-prompt.ts";
import { chatml } from "./services/chatml.ts";
import { fireworksDpo } from "./services/fireworks-dpo.ts";
import { fireworksSft } from "./services/fireworks-sft.ts";
import { geminiVertex } from "./services/gemini-vertex.ts";
import { llamaFactory } from "./services/llama-factory.ts";
import { llamaInst } from "./services/llama-inst.ts";
import { mistral } from "./services/mistral.ts";
import { mlxLm } from "./services/mlx-lm.ts";
import { openaiDpo } from "./services/openai-dpo.ts";
import { openaiRft } from "./services/openai-rft.ts";
import { openaiSft } from "./services/openai-sft.ts";
import { record } from "./services/record.ts";
import { sharegpt } from "./services/sharegpt.ts";
import { togetherConversation } from "./services/together-conversation.ts";
import { togetherInstruction } from "./services/together-instruction.ts";
import { togetherPreference } from "./services/together-preference.ts";
import { togetherText } from "./services/together-text.ts";
import { trlPromptCompletion } from "./services/trl-prompt-completion.ts";
import { trl } from "./services/trl.ts";

export const profiles = new Registry<Profile>(
  {
    "openai-sft": openaiSft,
    "openai-dpo": openaiDpo,
    "openai-rft": openaiRft,
    "azure-openai-sft": azureOpenaiSft,
    "anthropic-bedrock": anthropicBedrock,
    "gemini-vertex": geminiVertex,
    mistral,
    "together-conversation": togetherConversation,
    "together-instruction": togetherInstruction,
    "together-text": togetherText,
    "together-preference": togetherPreference,
    "fireworks-sft": fireworksSft,
    "fireworks-dpo": fireworksDpo,
    "bedrock-llama-prompt": bedrockLlamaPrompt,
    "bedrock-llama-converse": bedrockLlamaConverse,
    "llama-inst": llamaInst,
    "mlx-lm": mlxLm,
    trl,
    "trl-prompt-completion": trlPromptCompletion,
    "llama-factory": llamaFactory,
    sharegpt,
    alpaca,
    chatml,
    record,
  },
  unknownProfile,
);
