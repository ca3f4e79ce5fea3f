// Entries of hosts.yaml put in and taken out: checked before anything is written, written whole, and whatever else a person
// wrote there, comments among it, stays as it is.
import { existsSync, readFileSync } from "node:fs";
import { isMap, isNode, isScalar, parse, parseDocument, stringify } from "yaml";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { parseJson } from "../../core/json-text.ts";
import type { Environment } from "../../core/paths.ts";
import {
  badHostSetting,
  hostElsewhere,
  hostExists,
  unknownHost,
} from "../../remote/hosts/errors.ts";
import { requireHostName } from "../../remote/hosts/host-name.ts";
import { hostKinds } from "../../remote/hosts/kinds/index.ts";
import { type Host, hostsFile, listHosts } from "./hosts.ts";

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

/** `environment.NAME=value` is one within `environment`. */
function nested(settings: readonly [string, unknown][]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of settings) {
    const [first = "", rest] = key.split(/\.(.*)/s);
    if (rest === undefined) made[first] = value;
    else made[first] = { ...(made[first] as object | undefined), [rest]: value };
  }
  return made;
}

function pairOf(name: string, setting: string): [string, string] {
  const [key = "", value] = setting.split(/=(.*)/s);
  if (key !== "" && value !== undefined) return [key, value];
  throw badHostSetting(name, [`'${setting}' is no KEY=VALUE`]);
}

/** What YAML makes of a value; the text itself where that is none. */
function plain(value: string): unknown {
  try {
    return parse(value);
  } catch {
    return value;
  }
}

/** Settings as their kind takes them: texts, or, where it takes no text, what YAML makes of them. */
function checked(name: string, kind: string, pairs: readonly [string, string][]): object {
  const { options } = hostKinds.get(kind);
  const texts = options.safeParse(nested(pairs));
  if (texts.success) return nested(pairs);
  const wrong = new Set(texts.error.issues.map(({ path }) => path.join(".")));
  const second = nested(pairs.map(([key, value]) => [key, wrong.has(key) ? plain(value) : value]));
  const { error } = options.safeParse(second);
  if (error === undefined) return second;
  const problems = error.issues.map((issue) => {
    if (issue.code !== "unrecognized_keys") return `${issue.path.join(".")}: ${issue.message}`;
    const known = Object.keys(options.shape).join(", ");
    return `there is no ${issue.keys.join(", ")}; ${kind} takes ${known}`;
  });
  throw badHostSetting(name, problems);
}

type Entries = Record<string, unknown>;

/** Of a file that is JSON, which has to stay that; undefined for any other. */
function changedJson(text: string, change: (all: Entries) => Entries): string | undefined {
  const json = parseJson(text);
  if (!json.ok || typeof json.value !== "object" || json.value === null) return undefined;
  return `${JSON.stringify(change(json.value as Entries), null, 2)}\n`;
}

/** Text with one entry more, behind the others. */
function withEntry(text: string, name: string, entry: object): string {
  const json = changedJson(text, (all) => ({ ...all, [name]: entry }));
  if (json !== undefined) return json;
  const document = parseDocument(text);
  const added = stringify({ [name]: entry }, { lineWidth: 0 });
  const { contents } = document;
  if (isMap(contents) && contents.flow === true) {
    document.set(name, document.createNode(entry));
    return document.toString({ lineWidth: 0 });
  }
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${added}`;
}

/** Text without an entry: its lines from its name to the last of its values. */
function withoutEntry(text: string, name: string): string {
  const json = changedJson(text, (all) => {
    const { [name]: taken, ...rest } = all;
    return taken === undefined ? all : rest;
  });
  if (json !== undefined) return json;
  const document = parseDocument(text);
  const { contents } = document;
  const pair = isMap(contents)
    ? contents.items.find(({ key }) => isScalar(key) && String(key.value) === name)
    : undefined;
  const start = isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  const end = isNode(pair?.value) ? pair.value.range?.[1] : undefined;
  const isFlow = isMap(contents) && contents.flow === true;
  if (isFlow || start === undefined || end === undefined) {
    document.delete(name);
    return document.toString({ lineWidth: 0 });
  }
  // a block's values end at the beginning of the next line
  const isLineEnd = text[end - 1] === "\n";
  const lineEnd = text.indexOf("\n", end);
  const rest = isLineEnd ? end : lineEnd === -1 ? text.length : lineEnd + 1;
  return text.slice(0, start) + text.slice(rest);
}

/** Whether all is there that was, but one entry. */
function requireKept(before: string, after: string, name: string): void {
  const without = (text: string): string => {
    const all = (parse(text) ?? {}) as Record<string, unknown>;
    return JSON.stringify({ ...all, [name]: undefined });
  };
  // what an alias shares with the entry would change with it
  if (without(before) !== without(after)) throw badHostSetting(name, ["other entries rest on it"]);
}

/**
 * Puts an entry into hosts.yaml; `settings` are `KEY=VALUE`.
 * @throws UsageError FT-HOST-003, 019, 028, 029; ConfigError FT-HOST-002 where the file is not right as it is.
 */
export async function addHost(
  environment: Environment,
  name: string,
  settings: readonly string[],
): Promise<{ file: string; host: Host }> {
  requireHostName(name);
  const file = hostsFile(environment);
  const known = listHosts(environment).find((host) => host.name === name);
  if (known?.from === "hosts.yaml") throw hostExists(name, file);
  const pairs = settings.map((setting) => pairOf(name, setting));
  const kind = pairs.findLast(([key]) => key === "kind")?.[1] ?? "ssh";
  hostKinds.get(kind);
  const given = pairs.filter(([key]) => key !== "kind");
  const entry = { kind, ...checked(name, kind, given) };
  const before = textOf(file);
  const after = withEntry(before, name, entry);
  requireKept(before, after, name);
  await writeFileAtomic(file, after);
  const host = listHosts(environment).find((each) => each.name === name) as Host;
  return { file, host };
}

/**
 * Takes an entry out of hosts.yaml. What ran there is not touched.
 * @throws UsageError FT-HOST-001 and 030; ConfigError FT-HOST-002.
 */
export async function removeHost(environment: Environment, name: string): Promise<string> {
  const file = hostsFile(environment);
  const all = listHosts(environment);
  const host = all.find((each) => each.name === name);
  const names = all.map((each) => each.name);
  if (host === undefined) throw unknownHost(name, names);
  if (host.from !== "hosts.yaml") throw hostElsewhere(name, host.from);
  const before = textOf(file);
  const after = withoutEntry(before, name);
  requireKept(before, after, name);
  await writeFileAtomic(file, after);
  return file;
}
