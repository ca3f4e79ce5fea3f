import type { Adapter } from "../../serve/index.ts";
// What the model's process is started with. What it is asked later is in serve/model/messages.ts.
import type { TemplateSource } from "../../text/index.ts";

export interface ModelStart {
  model: string;
  /** The one that the model is loaded with, and cannot be asked without. */
  adapter: string | undefined;
  /** Makes vectors beside a model that writes. */
  encoder: string | undefined;
  template: TemplateSource | undefined;
  loadIn4bit: boolean;
  /** Beside the model, by name. */
  adapters: readonly Adapter[];
  /** Answers generated at the same time. */
  parallel: number;
  /** For beginnings that were read. */
  prefixBytes: number;
  /** Maximum tokens of an answer, for requests that give no number. */
  maxTokens: number;
  /** Most tokens of prompt and answer; undefined: the model's own. */
  context: number | undefined;
}
