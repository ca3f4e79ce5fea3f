// The forms in which models leave: one line each. Nothing else knows their names.
import { UsageError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import type { ExportFormat } from "./format.ts";
import { gguf } from "./gguf.ts";
import { hf } from "./hf.ts";
import { mlxSwift } from "./mlx-swift.ts";
import { mlx } from "./mlx.ts";
import { ollama } from "./ollama.ts";
import { peft } from "./peft.ts";

export type { Dropped, ExportFormat, ExportSource, PlannedExport } from "./format.ts";
export { ExportOptions } from "./options.ts";

export const exportFormats = new Registry<ExportFormat>(
  { gguf, hf, mlx, "mlx-swift": mlxSwift, ollama, peft },
  ({ name, known, nearest }) =>
    new UsageError("FT-EXPORT-001", {
      message: `Unknown format '${name}'. Valid options: ${known.join(", ")}`,
      hint: nearest === undefined ? "ft export --help" : `did you mean ${nearest}?`,
    }),
);
