// Configuration files: YAML or JSON in, YAML out, with the line of every key for messages.
// Says nothing about what the keys mean.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from "yaml";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { ConfigError, type Location } from "../../core/errors.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import { decodeText } from "../../core/text-encoding.ts";
import { type ConfigLayer, isGroup, type LayerKind, type RawValues } from "./layers.ts";
import type { RunConfig } from "./schema.ts";

/** Keys at the top that say nothing to `ft`: a place for values that several groups share, as `x-shared: &shared`. */
export const OWN_KEY = /^x-/;

/** The user's own defaults for every run. */
export function userFile(environment: Environment): string {
  return join(ftHome(environment), "config.yaml");
}

/** Defaults of the project in a folder. */
export function projectFile(cwd: string): string {
  return join(cwd, "ft.yaml");
}

function readText(file: string): string {
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new ConfigError("FT-CONFIG-001", {
      message: `Configuration file not found: ${file}`,
      hint: "ft config show > config.yml writes one with every default",
    });
  }
  try {
    return decodeText(readFileSync(file));
  } catch (cause) {
    if (cause instanceof TypeError) throw invalid({ file }, "the file is not UTF-8 text");
    throw cause;
  }
}

function invalid(at: Location, reason: string): ConfigError {
  return new ConfigError("FT-CONFIG-002", {
    at,
    message: `Invalid YAML format: ${reason}`,
    hint: "ft config show prints a configuration to compare with",
  });
}

function parse(file: string, text: string, lines: LineCounter): Document.Parsed {
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    throw invalid({ file, line: lines.linePos(error.pos[0]).line }, error.message);
  }
  return document;
}

/** Aliases are followed here: to nowhere, or without end, is an error of the text too. */
function contentOf(file: string, document: Document.Parsed): unknown {
  try {
    const content: unknown = document.toJS();
    // what holds itself cannot be written down again, nor can a person have meant it
    JSON.stringify(content);
    return content;
  } catch (error) {
    throw invalid({ file }, error instanceof Error ? error.message : String(error));
  }
}

function values(file: string, document: Document.Parsed): RawValues {
  const content = contentOf(file, document);
  if (content === null || content === undefined) {
    throw new ConfigError("FT-CONFIG-003", {
      message: `Configuration file is empty: ${file}`,
      hint: "ft config show > config.yml writes one with every default",
    });
  }
  if (!isGroup(content)) throw invalid({ file }, "expected keys and values at the top");
  return Object.fromEntries(Object.entries(content).filter(([key]) => !OWN_KEY.test(key)));
}

type Entry = Pair<Node, Node | null>;

/** What `<<` puts into a map: the maps of its aliases. */
function mergedMaps(document: Document.Parsed, map: YAMLMap): YAMLMap[] {
  const merge = (map.items as Entry[]).find(({ key }) => isScalar(key) && key.source === "<<");
  const sources = isSeq(merge?.value) ? merge.value.items : [merge?.value];
  return sources.map((source) => resolved(document, source)).filter((source) => isMap(source));
}

function resolved(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The entry of a key in a map, or in one that is merged into it. */
function entryOf(document: Document.Parsed, map: YAMLMap, key: string): Entry | undefined {
  const own = (map.items as Entry[]).find(
    (entry) => isScalar(entry.key) && String(entry.key.value) === key,
  );
  if (own !== undefined) return own;
  const merged = mergedMaps(document, map);
  return merged.map((each) => entryOf(document, each, key)).find((entry) => entry !== undefined);
}

/** Offset of a key or an item in the file, or of the nearest group around it. */
function offsetOf(document: Document.Parsed, path: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of path) {
    node = resolved(document, node);
    if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
      continue;
    }
    const entry = isMap(node) ? entryOf(document, node, key) : undefined;
    if (entry === undefined) return offset;
    offset = entry.key.range?.[0] ?? offset;
    node = entry.value;
  }
  return offset;
}

/** Reads a YAML or JSON file as a layer. Throws ConfigError: not found, invalid, empty. */
export function readConfigFile(kind: LayerKind, file: string): ConfigLayer {
  const lines = new LineCounter();
  const document = parse(file, readText(file), lines);
  return {
    kind,
    values: values(file, document),
    originOf: () => `${kind}:${file}`,
    locate: (path): Location => {
      const offset = offsetOf(document, path);
      return offset === undefined ? { file } : { file, line: lines.linePos(offset).line };
    },
  };
}

/** Layers of the user's and the project's file, those that exist. */
export function standingFiles(cwd: string, environment: Environment): ConfigLayer[] {
  const candidates: [LayerKind, string][] = [
    ["user", userFile(environment)],
    ["project", projectFile(cwd)],
  ];
  return candidates
    .filter(([, file]) => existsSync(file))
    .map(([kind, file]) => readConfigFile(kind, file));
}

/** A configuration as YAML that loads to the same values. */
export function toYaml(config: RunConfig): string {
  return stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Writes a configuration as YAML; `readConfigFile` gives the same values back. */
export function saveConfigFile(file: string, config: RunConfig): Promise<void> {
  return writeFileAtomic(file, toYaml(config));
}
