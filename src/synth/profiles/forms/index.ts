// The forms of rows by name, in the order in which a row of unknown form is asked: what is special comes first. The
// next form is one file and one line here.
import { Registry } from "../../../core/registry.ts";
import { isPresent } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import { unknownForm } from "../errors.ts";
import type { RowForm } from "../profile.ts";
import { alpaca } from "./alpaca.ts";
import { chatForm } from "./chat.ts";
import { claude } from "./claude.ts";
import { converse } from "./converse.ts";
import { gemini } from "./gemini.ts";
import { inst } from "./inst.ts";
import { judged } from "./judged.ts";
import { openaiPreferenceForm } from "./openai-preference.ts";
import { preferenceForm } from "./preference.ts";
import { promptCompletion } from "./prompt-completion.ts";
import { recordForm } from "./record.ts";
import { reinforcement } from "./reinforcement.ts";
import { sharegpt } from "./sharegpt.ts";
import { textForm } from "./text.ts";

const everything = {
  parts: true,
  name: true,
  weight: "any",
  reasoning: "reasoning_content",
  calls: "text",
  callIds: true,
} as const;
const chat = chatForm({
  about: "messages",
  keys: ["messages", "tools"],
  allowsOthers: true,
  can: everything,
  tools: true,
});

export const rowForms = new Registry<RowForm>(
  {
    record: recordForm,
    "openai-preference": openaiPreferenceForm("two answers to one input", everything, true),
    sharegpt,
    preference: preferenceForm,
    judged,
    reinforcement: {
      ...reinforcement,
      detect: (row) => reinforcement.detect(row) && isPresent(row["reference_answer"]),
    },
    gemini,
    converse,
    // Whoever takes only these rows detects more of them: here others are asked after.
    claude: { ...claude, detect: (row) => claude.detect(row) && typeof row["system"] === "string" },
    chat,
    alpaca,
    "prompt-completion": promptCompletion("prompt and completion", true),
    inst: {
      ...inst,
      detect: (row) => typeof row["text"] === "string" && row["text"].startsWith("<s>[INST] "),
    },
    text: textForm("one text", true),
  },
  unknownForm,
);

/** The form that a row claims; undefined where none knows it. */
export function formOf(row: JsonObject): RowForm | undefined {
  return rowForms
    .names()
    .map((name) => rowForms.get(name))
    .find((form) => form.detect(row));
}

export const knownFields = (row: JsonObject): string =>
  Object.keys(row)
    .filter((key) => isPresent(row[key]))
    .slice(0, 8)
    .join(", ") || "none";
