// Fine-tuning at Mistral, by the rules of mistral-common's validator for fine-tuning (version 3 of its tokenizers).
import { createHash } from "node:crypto";
import { chatForm } from "../forms/chat.ts";
import type { Profile } from "../profile.ts";

const idForm = /^[A-Za-z0-9]{9}$/;

/** Nine characters that one id always becomes. */
const nineCharacters = (id: string): string =>
  idForm.test(id) ? id : createHash("sha256").update(id).digest("hex").slice(0, 9);

const plain = ["role", "content"];

export const mistral: Profile = {
  about: "Mistral",
  forms: [
    chatForm({
      about: "messages and tools in Mistral's format",
      keys: ["messages", "interactions", "tools", "available_tools"],
      allowsOthers: false,
      can: {
        weight: "whole",
        calls: "text",
        callIds: nineCharacters,
        needsCallIds: true,
        toolNames: true,
        noTextWithCalls: true,
      },
      tools: true,
    }),
  ],
  roles: ["system", "user", "assistant", "tool"],
  severity: {
    extra_key: "error",
    system_not_first: "warning",
    system_repeated: "warning",
    single_message: "error",
    role_order: "error",
    content_and_calls: "error",
    call_id_form: "error",
    tool_undeclared: "warning",
    empty_question: "warning",
  },
  messageKeys: {
    system: plain,
    user: plain,
    assistant: ["role", "content", "tool_calls", "prefix", "weight"],
    tool: ["role", "content", "tool_call_id", "name"],
  },
  imageTypes: ["image/jpeg", "image/png", "image/webp", "image/gif"],
  order: {
    system: ["system", "user", "assistant"],
    user: ["system", "user", "assistant"],
    assistant: ["user", "assistant", "tool"],
    tool: ["user", "assistant", "tool"],
  },
  callId: { form: idForm, rename: nineCharacters, lastMayLack: true },
};
