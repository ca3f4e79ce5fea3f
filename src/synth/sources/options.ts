// What commands that read documents let their users say of reading, and what that means for opening.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { parseBytes } from "../../core/units.ts";
import type { OpenOptions } from "./open.ts";

export const sourceOptions = {
  maxFileSize: z
    .string()
    .default("50MB")
    .describe("Leave out larger files; text, Markdown, tables and JSON lines may have any size")
    .register(flags, { value: "SIZE" }),
  encoding: z
    .string()
    .optional()
    .describe(
      "Encoding of text that does not declare one; default: UTF-8, or detected from the bytes",
    )
    .register(flags, { value: "NAME" }),
};

export interface SourceOptions {
  readonly maxFileSize?: string | undefined;
  readonly encoding?: string | undefined;
}

/** @throws UsageError for what is no size. */
export function openOptions({ maxFileSize, encoding }: SourceOptions): OpenOptions {
  const limits = maxFileSize === undefined ? undefined : { fileBytes: parseBytes(maxFileSize) };
  return { limits, encoding };
}
