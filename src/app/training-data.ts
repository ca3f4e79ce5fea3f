// Which file a run learns from: the one named, or the shipped set in the form its template wants.
// Reads no rows; data/ does.
import { BUILTIN_DATASET } from "../data/options.ts";
import { type DataForm, defaultDataset, locateData } from "../data/shipped.ts";
import type { Tokenizer } from "../text/types.ts";
import type { RunConfig } from "./config/schema.ts";

/** Templates made for turns; the others read better over plain text. */
const TURN_TEMPLATES = new Set(["chatml", "llama", "jinja"]);

/** The form of the shipped set that fits a template; `auto` is the model's own when it has one. */
export function dataFormFor(template: string, hasOwnTemplate: boolean): DataForm {
  if (template === "auto") return hasOwnTemplate ? "chat" : "mlx";
  return TURN_TEMPLATES.has(template) ? "chat" : "mlx";
}

/** Path of the training rows. Throws MissingDataError (exit 4) when they are not there. */
export async function trainingPath(
  { data }: RunConfig,
  tokenizer: Pick<Tokenizer, "chatTemplate">,
): Promise<string> {
  if (data.train_file !== BUILTIN_DATASET) return locateData(data.train_file);
  return defaultDataset(dataFormFor(data.template, tokenizer.chatTemplate !== undefined));
}
