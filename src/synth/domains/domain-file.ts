// Reads a domain's file, and that of the parameters which all share: YAML in, a checked domain out, every fault with its
// file, line and field.
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { boundedFile } from "../../core/bounded-file.ts";
import { decodeText } from "../../core/text-encoding.ts";
import { badDomainFile, type Problem } from "./domain-errors.ts";
import {
  type Domain,
  DomainFile,
  type Parameter,
  ParametersFile,
  plainName,
  type Subdomain,
} from "./domain.ts";

const largestFile = 1 << 20;
const mostAliases = 100;

type Path = readonly (string | number)[];

interface Content {
  value: unknown;
  /** Line of what a path names, or of the nearest around it. */
  lineOf(path: Path): number | undefined;
}

function textOf(file: string): string {
  try {
    return decodeText(boundedFile(file, largestFile));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw badDomainFile([{ at: { file }, message }], cause);
  }
}

/** Where the key or the item of a path stands, or the nearest around it. */
function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  let offset: number | undefined;
  let node: unknown = document.contents;
  for (const part of path) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === part)
      : undefined;
    const item: unknown = isSeq(node) ? node.items[Number(part)] : pair?.key;
    if (!isNode(item)) return offset;
    offset = item.range?.[0] ?? offset;
    node = isSeq(node) ? item : pair?.value;
  }
  return offset;
}

function yamlContent(file: string, text: string): Content {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw badDomainFile([{ at: { file, line }, message: error.message }], error);
  }
  const lineOf = (path: Path): number | undefined => {
    const offset = offsetOf(document, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  try {
    return { value: document.toJS({ maxAliasCount: mostAliases }), lineOf };
  } catch (cause) {
    throw badDomainFile([{ at: { file }, message: (cause as Error).message }], cause);
  }
}

const fieldText = (path: Path): string =>
  path.map((part) => (typeof part === "number" ? String(part + 1) : part)).join(".");

/** A key that is not known is named in its own place. */
function placesOf(issue: z.core.$ZodIssue): Path[] {
  const path = issue.path as Path;
  return issue.code === "unrecognized_keys" ? issue.keys.map((name) => [...path, name]) : [path];
}

const wording = (issue: z.core.$ZodIssue): string =>
  issue.code === "unrecognized_keys" ? "means nothing here" : issue.message;

interface Read {
  text: string;
  data: unknown;
  content: Content;
}

/** Files that were in order, by their paths: parsing all domains costs a tenth of a second, reading their text nothing. */
const known = new WeakMap<z.ZodType, Map<string, Read>>();
const mostKnown = 200;

function keep(schema: z.ZodType, file: string, read: Read): void {
  const files = known.get(schema) ?? new Map<string, Read>();
  known.set(schema, files);
  if (files.size >= mostKnown) files.clear();
  files.set(file, read);
}

/** What the file holds, as the schema has it; not to be changed. A file whose text is as before is not parsed again. */
export function checkedContent<T extends z.ZodType>(
  schema: T,
  file: string,
): [z.infer<T>, Content] {
  const text = textOf(file);
  const before = known.get(schema)?.get(file);
  if (before?.text === text) return [before.data as z.infer<T>, before.content];
  const content = yamlContent(file, text);
  const { data, error } = schema.safeParse(content.value);
  if (error === undefined) {
    keep(schema, file, { text, data, content });
    return [data as z.infer<T>, content];
  }
  const problems = error.issues.flatMap((issue) =>
    placesOf(issue).map((path) => problemAt(file, content, path, wording(issue))),
  );
  throw badDomainFile(problems, error);
}

function problemAt(file: string, content: Content, path: Path, message: string): Problem {
  return { at: { file, line: content.lineOf(path), field: fieldText(path) }, message };
}

const inWords = (name: string): string => name.replaceAll("_", " ");

function parametersOf(given: ParametersFile["parameters"], isCommon: boolean): Parameter[] {
  return Object.entries(given).map(([name, { says, values }]) => ({
    name,
    says,
    isCommon,
    values: Object.entries(values).map(([value, { weight, says: words = inWords(value) }]) => ({
      name: value,
      weight,
      says: words,
    })),
  }));
}

/** Throws ConfigError FT-DOMAIN-001. */
export function readCommonParameters(file: string): Parameter[] {
  const [{ parameters }] = checkedContent(ParametersFile, file);
  return parametersOf(parameters, true);
}

/** Names that two subdomains share. */
function clashes(subdomains: readonly Subdomain[]): { at: number; name: string }[] {
  const owners = new Map<string, number>();
  const found: { at: number; name: string }[] = [];
  for (const [at, { key, name, also }] of subdomains.entries()) {
    for (const each of new Set([key, name, ...also].map(plainName))) {
      if (owners.has(each)) found.push({ at, name: each });
      owners.set(each, at);
    }
  }
  return found;
}

type Fault = [path: Path, message: string];

function subdomainFaults({ subdomains, more_subdomains: more }: DomainFile): Fault[] {
  return clashes([...subdomains, ...more]).map(({ at, name }): Fault => {
    const isMore = at >= subdomains.length;
    const path = isMore ? ["more_subdomains", at - subdomains.length] : ["subdomains", at];
    return [path, `another subdomain is called ${name} too`];
  });
}

function ruleFaults({ exchanges }: DomainFile, parameters: readonly Parameter[]): Fault[] {
  return exchanges.when.flatMap(({ parameter: name, values }, at): Fault[] => {
    const found = parameters.find((one) => one.name === name);
    const path = ["exchanges", "when", at];
    if (found === undefined) return [[[...path, "parameter"], `there is no parameter ${name}`]];
    const known = found.values.map((value) => value.name);
    const strange = values.filter((value) => !known.includes(value));
    return strange.map((value): Fault => [[...path, "values"], `${name} has no value ${value}`]);
  });
}

function leftOutFaults({ leaves_out: names }: DomainFile, common: readonly Parameter[]): Fault[] {
  return names.flatMap((name, at): Fault[] =>
    common.some((one) => one.name === name)
      ? []
      : [[["leaves_out", at], `${name} is no parameter that all domains share`]],
  );
}

/** Throws ConfigError FT-DOMAIN-001 with every fault. */
export function readDomain(file: string, common: readonly Parameter[], isShipped: boolean): Domain {
  const [given, content] = checkedContent(DomainFile, file);
  const own = parametersOf(given.parameters, false);
  const names = new Set([...own.map(({ name }) => name), ...given.leaves_out]);
  const parameters = [...own, ...common.filter(({ name }) => !names.has(name))];
  const faults = [
    ...subdomainFaults(given),
    ...leftOutFaults(given, common),
    ...ruleFaults(given, parameters),
  ];
  if (faults.length > 0) {
    throw badDomainFile(faults.map(([path, message]) => problemAt(file, content, path, message)));
  }
  const { key, name, place, about, context, answers, subdomains, more_subdomains, exchanges } =
    given;
  const words = { key, name, place, about, context: context.trim(), answers: answers.trim() };
  return {
    ...words,
    subdomains,
    moreSubdomains: more_subdomains,
    parameters,
    exchanges,
    file,
    isShipped,
  };
}
