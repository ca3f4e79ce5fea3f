// What is wrong with a constraint, as errors with the place of it: a schema's path, a pattern's offset, a grammar's line.
// The messages are written where the problem is found.
import { ConfigError } from "../../core/errors.ts";

/** Something that is not a schema, a pattern or a grammar. */
export function malformed(field: string, message: string): ConfigError {
  return new ConfigError("FT-CONSTRAINT-001", {
    at: { field },
    message,
    hint: "docs/constraints.md lists what is supported",
  });
}

/** Something that is one, but more than can be kept to token by token. */
export function unsupported(field: string, message: string, hint?: string): ConfigError {
  return new ConfigError("FT-CONSTRAINT-002", {
    at: { field },
    message: `not supported: ${message}`,
    hint:
      hint ??
      "docs/constraints.md lists what is supported; leave this out and check the answer afterwards",
  });
}

/** No text can be written that keeps to it. */
export function unsatisfiable(field: string, message: string): ConfigError {
  return new ConfigError("FT-CONSTRAINT-003", {
    at: { field },
    message: `nothing can satisfy this: ${message}`,
    hint: "change one of the keywords that contradict each other",
  });
}

/** More states, levels or repetitions than are held. Without a place where only whoever asked knows it. */
export function tooLarge(field: string, message: string): ConfigError {
  return new ConfigError("FT-CONSTRAINT-004", {
    ...(field !== "" && { at: { field } }),
    message: `too large: ${message}`,
    hint: "make it smaller, or check the answer afterwards",
  });
}
