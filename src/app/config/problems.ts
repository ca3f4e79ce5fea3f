// What is wrong with the values of configuration layers, in words: keys that do not exist, values that do not fit.
// Finds and words problems; collecting layers is resolve.ts.
import { z } from "zod";
import { ConfigError, type Location } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { type Option, optionsOf } from "../../core/options.ts";
import { unwrap } from "../../core/value-shapes.ts";
import { type ConfigLayer, isGroup, type RawValues, valueAt } from "./layers.ts";

/** Where a problem is: the file and line, or the source of the value. */
export function placed(
  from: ConfigLayer,
  path: readonly string[],
  origin: string,
  text: string,
): string {
  const at: Location | undefined = from.locate?.(path);
  if (at?.file === undefined) return `${text} (from ${origin})`;
  return `${at.file}${at.line === undefined ? "" : `:${at.line}`}: ${text}`;
}

/** `data.tools[1].name` */
function pathText(path: readonly string[]): string {
  return path
    .map((key, depth) => (/^\d+$/.test(key) ? `[${key}]` : depth === 0 ? key : `.${key}`))
    .join("");
}

/** Groups of keys by their path with dots. */
function groupsOf(options: readonly Option[]): Set<string> {
  const prefixes = options.flatMap(({ path }) =>
    path.slice(0, -1).map((_, depth) => path.slice(0, depth + 1).join(".")),
  );
  return new Set(prefixes);
}

/** The keys directly under a group. */
function keysUnder(options: readonly Option[], group: readonly string[]): string[] {
  const inside = options.filter(({ path }) => group.every((key, depth) => path[depth] === key));
  return [...new Set(inside.map(({ path }) => path[group.length] ?? ""))];
}

/** Whether `name`, found in `group`, is how the option is called on the command line. */
function isFlagOf({ path, flag }: Option, group: readonly string[], name: string): boolean {
  const spelled = flag.long.replaceAll("-", "_");
  if (!group.every((key, depth) => path[depth] === key)) return false;
  return [name, [...group, name].join("_")].some((each) => each.replaceAll("-", "_") === spelled);
}

/** The known key meant by an unknown one: in the same group first, then anywhere. */
function meant(options: readonly Option[], path: readonly string[]): string | undefined {
  const name = path.at(-1) ?? "";
  const group = path.slice(0, -1);
  const flag = options.find((option) => isFlagOf(option, group, name));
  if (flag !== undefined) return flag.key;
  const near = nearest(name, keysUnder(options, group));
  if (near !== undefined) return [...group, near].join(".");
  const elsewhere =
    options.find((option) => option.path.at(-1) === name) ??
    options.find((option) => isFlagOf(option, [], name));
  return elsewhere?.key;
}

function unknownKey(options: readonly Option[], path: readonly string[]): string {
  const near = meant(options, path);
  return `unknown key ${path.join(".")}${near === undefined ? "" : `; did you mean ${near}?`}`;
}

/** Problems of shape in one layer: keys that do not exist, groups that are not groups. */
export function shapeProblems(options: readonly Option[], from: ConfigLayer): string[] {
  const groups = groupsOf(options);
  const known = new Set(options.map((option) => option.key));
  const say = (path: readonly string[], text: string): string =>
    placed(from, path, from.originOf(path), text);
  const inside = (values: RawValues, group: readonly string[]): string[] =>
    Object.entries(values).flatMap(([name, value]) => {
      const path = [...group, name];
      const key = path.join(".");
      if (known.has(key)) return [];
      if (!groups.has(key)) return [say(path, unknownKey(options, path))];
      return isGroup(value) ? inside(value, path) : [say(path, `${key}: expected keys and values`)];
    });
  return inside(from.values, []);
}

const EXPECTED: Readonly<Record<string, string>> = {
  int: "a whole number",
  array: "a list",
  object: "keys and values",
  record: "keys and values",
  boolean: "true or false",
  null: "null",
};

/** What an issue says should be there, for "expected …, not …". */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return EXPECTED[issue.expected] ?? `a ${issue.expected}`;
  if (issue.code === "invalid_value")
    return issue.values.map((value) => JSON.stringify(value)).join(", ");
  return issue.message;
}

/** A member of the union that the value was meant for: the only one that found something wrong further inside. */
function intended(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const deeper = issue.errors.filter((found) => found.some(({ path }) => path.length > 0));
  return deeper.length === 1 ? deeper[0] : undefined;
}

function unionText(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const words =
    "options" in issue && issue.options !== undefined
      ? issue.options.map((option) => JSON.stringify(option))
      : issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectation(first)]));
  return `expected ${[...new Set(words)].join(" or ")}, not ${JSON.stringify(value)}`;
}

/** The keys of the object that the schema has at a path; of a union, those of every member. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { inner } = unwrap(schema);
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => keysAt(option, path));
  const [key, ...rest] = path;
  if (key === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  if (inner instanceof z.ZodArray) return keysAt(inner.element, rest);
  if (inner instanceof z.ZodRecord) return keysAt(inner.valueType, rest);
  const field = inner instanceof z.ZodObject ? inner.shape[String(key)] : undefined;
  return field === undefined ? [] : keysAt(field, rest);
}

function unknownInside(
  { keys, path }: z.core.$ZodIssueUnrecognizedKeys,
  schema: z.core.$ZodType,
): string {
  const known = keysAt(schema, path);
  const words = keys.map((key) => {
    const near = nearest(key, known);
    return `unknown key ${key}${near === undefined ? "" : `; did you mean ${near}?`}`;
  });
  return words.join("; ");
}

function issueText(issue: z.core.$ZodIssue, schema: z.core.$ZodType, value: unknown): string {
  if (issue.code === "invalid_union") return unionText(issue, value);
  if (issue.code === "unrecognized_keys") return unknownInside(issue, schema);
  if (issue.code === "invalid_type") {
    if (value === undefined) return `is missing: expected ${expectation(issue)}`;
    return `expected ${expectation(issue)}, not ${JSON.stringify(value)}`;
  }
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid")) {
    const key = issue.path.findLast((part) => typeof part === "string");
    const name = String(key ?? "value").replaceAll("_", " ");
    const valid = issue.values.map(String).join(", ");
    return `Unknown ${name} '${String(value)}'. Valid options: [${valid}]`;
  }
  return issue.message;
}

/** Why a value is none of this kind; undefined where it is. */
export function wrongValue(schema: z.core.$ZodType, value: unknown): string | undefined {
  const { error } = z.safeParse(schema, value);
  const [issue] = error?.issues.flatMap(unfolded) ?? [];
  return (
    issue && issueText(issue, schema, valueAt({ value }, ["value", ...issue.path.map(String)]))
  );
}

/** The issues that say most: those inside the member of a union that was meant. */
function unfolded(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const inner = issue.code === "invalid_union" ? intended(issue) : undefined;
  if (inner === undefined) return [issue];
  return inner.flatMap((each) => unfolded({ ...each, path: [...issue.path, ...each.path] }));
}

export interface Merged {
  values: Record<string, unknown>;
  /** The layer that an option's value comes from, by its key. */
  winners: Map<string, ConfigLayer>;
}

/** What the schema refuses in the merged values, each with the place of the value. */
export function valueProblems(schema: z.ZodObject, merged: Merged, error: z.ZodError): string[] {
  const options = optionsOf(schema);
  return error.issues.flatMap(unfolded).map((issue) => {
    const path = issue.path.map(String);
    const option = options.find((each) => each.path.every((key, index) => key === path[index]));
    const said = issueText(issue, schema, valueAt(merged.values, path));
    const text = `${pathText(path)}: ${said}`;
    const from = option === undefined ? undefined : merged.winners.get(option.key);
    const at = issue.code === "unrecognized_keys" ? [...path, issue.keys[0] ?? ""] : path;
    return option === undefined || from === undefined
      ? text
      : placed(from, at, from.originOf(option.path), text);
  });
}

/** Throws one ConfigError that carries every problem; does nothing when there are none. */
export function reportProblems(
  problems: readonly string[],
  hint = "ft config schema lists every key, its type and its default",
): void {
  if (problems.length === 0) return;
  const [first = ""] = problems;
  const count = problems.length;
  throw new ConfigError("FT-CONFIG-005", {
    message: count === 1 ? first : `${count} problems in the configuration`,
    problems: count === 1 ? [] : problems,
    hint,
  });
}
