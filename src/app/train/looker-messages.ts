// What the process that looks at runs before they start is asked, and what it tells. Plain data.
import type { PackedError } from "../../core/packed-errors.ts";
import type { FormProblem } from "../share/possible-forms.ts";
import type { PreviewRequest, RowsPreview } from "./preview-rows.ts";
import type { ValidationReport } from "./validate-run.ts";

export interface LookRequest {
  /** Resolved settings. */
  config: Record<string, unknown>;
  origins: Record<string, string>;
  preview: PreviewRequest;
}

export interface Look {
  report: Omit<ValidationReport, "config">;
  /** Null where the model's files are not here. */
  preview: RowsPreview | null;
}

/** In which forms a model can be written. */
export interface FormsRequest {
  model: string;
}

/** Undefined where the model is not on this disk. */
export interface Forms {
  problems: FormProblem[] | undefined;
}

/** What is asked, with what is answered. */
export interface Looks {
  look: { asked: LookRequest; told: Look };
  forms: { asked: FormsRequest; told: Forms };
}

export type LookName = keyof Looks;

export interface ToLooker {
  id: number;
  what: LookName;
  asked: Looks[LookName]["asked"];
}

export type FromLooker =
  | { id: number; told: Looks[LookName]["told"] }
  | { id: number; error: PackedError };
