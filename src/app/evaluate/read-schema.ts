// A JSON schema from a file that a person names. Checks no more than that it is an object.
import { readFileSync } from "node:fs";
import { UsageError } from "../../core/errors.ts";

/** @throws UsageError FT-EVAL-012 for a file that is not there, or holds no JSON object. */
export function readSchema(file: string | undefined): object | undefined {
  if (file === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw noSchema(file, cause);
  }
  throw noSchema(file);
}

function noSchema(file: string, cause?: unknown): UsageError {
  return new UsageError("FT-EVAL-012", {
    at: { file },
    message: "the file is missing or holds no JSON schema",
    hint: 'a file such as {"type": "object", "required": ["name"]}',
    cause,
  });
}
