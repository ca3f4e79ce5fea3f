// What the process that looks at runs before they start is asked, and what it tells. Plain data.
import type { PackedError } from "../../core/packed-errors.ts";
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

export type ToLooker = { id: number } & LookRequest;

export type FromLooker = { id: number; look: Look } | { id: number; error: PackedError };
