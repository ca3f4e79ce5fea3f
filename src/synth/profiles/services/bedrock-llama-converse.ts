// Llama 3.2 and 3.3 at Bedrock, in the form of Converse.
import { converse } from "../forms/converse.ts";
import type { Profile } from "../profile.ts";
import { anthropicBedrock } from "./anthropic-bedrock.ts";

export const bedrockLlamaConverse: Profile = {
  ...anthropicBedrock,
  about: "Llama 3.2 and 3.3 on Bedrock, Converse",
  forms: [converse],
};
