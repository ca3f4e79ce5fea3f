// The row formats by name. Order is that of detection: a row with both
// messages and text is a chat. Those that say so are asked before: two answers to compare, whatever else is there.
import { Registry } from "../../core/registry.ts";
import { DataFormatError } from "../errors.ts";
import { chat } from "./chat.ts";
import { document } from "./document.ts";
import type { RowFormat } from "./format.ts";
import { instruction } from "./instruction.ts";
import { kto } from "./kto.ts";
import { openaiPreference, preference } from "./preference.ts";
import { promptCompletion } from "./prompt-completion.ts";
import { sharegpt } from "./sharegpt.ts";
import { text } from "./text.ts";

export type { AnySample, FieldProblem, JsonObject, ParsedRow, RowFormat } from "./format.ts";

/** The name that means: find each row's format from its fields. */
export const autoFormat = "auto";

export const formats = new Registry<RowFormat>(
  {
    chat,
    sharegpt,
    "prompt-completion": promptCompletion,
    instruction,
    text,
    mlx: text,
    document,
    preference,
    "openai-preference": openaiPreference,
    kto,
  },
  ({ name, known, nearest }) =>
    new DataFormatError({
      message: `Unknown data format '${name}'. Valid options: ${[autoFormat, ...known].join(", ")}`,
      hint: `Use --format ${nearest ?? autoFormat}`,
    }),
);
