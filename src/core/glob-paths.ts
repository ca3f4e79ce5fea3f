// Paths that a pattern with * and ? names, part by part; ** is not known. For patterns that the shell left as they were.
import { existsSync, readdirSync } from "node:fs";
import { join, parse } from "node:path";

const isPattern = (text: string): boolean => /[*?]/.test(text);

function matcher(part: string): RegExp {
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}

function namesIn(folder: string, part: string): string[] {
  const look = matcher(part);
  try {
    // a leading dot is meant only where it is written
    return readdirSync(folder || ".").filter(
      (name) => look.test(name) && (part.startsWith(".") || !name.startsWith(".")),
    );
  } catch {
    return [];
  }
}

/** Sorted by name. A path without a pattern is itself, where it is there. */
export function globPaths(pattern: string): string[] {
  const { root } = parse(pattern);
  const parts = pattern
    .slice(root.length)
    .split(/[\\/]+/)
    .filter((part) => part !== "");
  let found = [root];
  for (const part of parts) {
    found = found.flatMap((folder) =>
      isPattern(part)
        ? namesIn(folder, part).map((name) => join(folder, name))
        : [join(folder, part)],
    );
  }
  return found.filter((path) => path !== "" && existsSync(path)).toSorted();
}

/** Whether texts that a pattern (with * and ?) describes look like this one. */
export const matchesPattern = (pattern: string, text: string): boolean =>
  matcher(pattern).test(text);
