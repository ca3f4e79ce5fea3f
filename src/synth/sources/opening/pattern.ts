// Patterns of paths as shells have them, for shells that do not expand them: * and ? within a name, [abc], {a,b} and
// ** over folders. Matched without regular expressions, so that no pattern can be slow.
import { readdirSync, statSync } from "node:fs";

/** A path in a folder as that is spelled: `./a` stays `./a`. Empty is where we are. */
export function below(folder: string, name: string): string {
  if (folder === "") return name;
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

export const isPattern = (path: string): boolean => /[*?[{]/.test(path);

/** `a{b,c}d` as `abd` and `acd`; braces in braces too. At most 1,000. */
function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf("{");
  const close = open === -1 ? -1 : closingBrace(pattern, open);
  if (close === -1) return [pattern];
  const before = pattern.slice(0, open);
  const after = pattern.slice(close + 1);
  return choices(pattern.slice(open + 1, close))
    .flatMap((choice) => expandBraces(before + choice + after))
    .slice(0, 1000);
}

function closingBrace(pattern: string, open: number): number {
  let depth = 0;
  for (let at = open; at < pattern.length; at++) {
    if (pattern[at] === "{") depth++;
    else if (pattern[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

function choices(inside: string): string[] {
  const found: string[] = [""];
  let depth = 0;
  for (const character of inside) {
    if (character === "{") depth++;
    if (character === "}") depth--;
    if (character === "," && depth === 0) found.push("");
    else found.push((found.pop() ?? "") + character);
  }
  return found;
}

/** Where a set of characters ends, `]` first in it counting as one of them; -1 where it does not. */
const setEnd = (pattern: string, at: number): number => pattern.indexOf("]", at + 2);

function isInSet(set: string, character: string): boolean {
  const isNegated = set.startsWith("!") || set.startsWith("^");
  const members = isNegated ? set.slice(1) : set;
  for (let at = 0; at < members.length; at++) {
    const [low = "", dash, high] = members.slice(at, at + 3);
    const isRange = dash === "-" && high !== undefined;
    if (isRange ? low <= character && character <= high : low === character) return !isNegated;
    if (isRange) at += 2;
  }
  return isNegated;
}

/** Past one character's worth of the pattern, when it takes the character. */
function taken(pattern: string, at: number, character: string): number | undefined {
  if (pattern[at] === "?") return at + 1;
  const end = pattern[at] === "[" ? setEnd(pattern, at) : -1;
  if (end !== -1) return isInSet(pattern.slice(at + 1, end), character) ? end + 1 : undefined;
  return pattern[at] === character ? at + 1 : undefined;
}

/** One name against one part of a pattern. Goes back to the last star alone, so it takes length times length at most. */
export function nameMatches(pattern: string, name: string): boolean {
  let [at, from] = [0, 0];
  let star: [number, number] | undefined;
  while (from < name.length) {
    if (pattern[at] === "*") {
      star = [++at, from];
      continue;
    }
    const next = taken(pattern, at, name[from] ?? "");
    if (next !== undefined) [at, from] = [next, from + 1];
    else if (star === undefined) return false;
    else [at, from] = [star[0], ++star[1]];
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

function names(folder: string, isFolder: boolean): string[] {
  try {
    const entries = readdirSync(folder === "" ? "." : folder, { withFileTypes: true });
    return entries
      .filter((entry) => !isFolder || entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

const visible = (part: string, name: string): boolean =>
  !name.startsWith(".") || part.startsWith(".");

/** Paths that exist, below `folder`, for the parts of a pattern that are left. */
function* matching(folder: string, parts: readonly string[]): Generator<string> {
  const [part, ...rest] = parts;
  if (part === undefined) return void (yield folder);
  const inner = (name: string): string => below(folder, name);
  if (part === "**") {
    yield* matching(folder, rest);
    for (const name of names(folder, true))
      if (!name.startsWith(".")) yield* matching(inner(name), parts);
  } else if (!isPattern(part)) {
    const path = part === "" ? `${folder}/` : inner(part);
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) yield* matching(path, rest);
  } else {
    for (const name of names(folder, rest.length > 0))
      if (visible(part, name) && nameMatches(part, name)) yield* matching(inner(name), rest);
  }
}

/** Paths that a pattern matches, sorted, each once. Names that begin with a dot only where the pattern says so. */
export function filesMatching(pattern: string): string[] {
  const found = expandBraces(pattern).flatMap((one) => [...matching("", one.split("/"))]);
  return [...new Set(found)].filter((path) => path !== "").sort();
}
