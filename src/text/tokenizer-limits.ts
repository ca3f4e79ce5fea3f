// What a tokenizer.json may ask for. It comes with a model from somewhere, and the library that runs it lives in our
// process: a panic there ends us, and what grows without bound fills our memory. Reads the definition, runs nothing.
import { jsonText } from "../core/json-text.ts";
import { isSoundCharsmap } from "./charsmap.ts";
import { regexFacts } from "./regex-facts.ts";
import type { JsonObject } from "./types.ts";

/** Real tokenizers stay under a tenth of each. */
const most = {
  components: 256,
  depth: 16,
  addedTokens: 500_000,
  tokenLength: 16_384,
  /** How many times longer all replacements together may make a text. */
  growth: 64,
  prefixLength: 256,
  patternLength: 16_384,
  /** Tokens that a post-processor adds. */
  framing: 1024,
};

type Check = (component: JsonObject) => string | undefined;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** {String} or {Regex}. */
function patternOf({ pattern }: JsonObject): { text: string; isRegex: boolean } {
  const { String: plain, Regex: regex } = isObject(pattern) ? pattern : {};
  if (typeof regex === "string") return { text: regex, isRegex: true };
  return { text: typeof plain === "string" ? plain : "", isRegex: false };
}

function patternProblem(component: JsonObject): string | undefined {
  const { text, isRegex } = patternOf(component);
  if (text.length > most.patternLength) return `a pattern of ${text.length} characters`;
  return isRegex && regexFacts(text).nests ? "a pattern that repeats a repetition" : undefined;
}

/** The fewest characters that the pattern of a replacement takes away. */
function shortestMatch(component: JsonObject): number {
  const { text, isRegex } = patternOf(component);
  return isRegex ? regexFacts(text).shortest : Buffer.byteLength(text);
}

function replaceProblem(component: JsonObject): string | undefined {
  return shortestMatch(component) === 0
    ? "a replacement whose pattern can be empty"
    : patternProblem(component);
}

function charsmapProblem({ precompiled_charsmap: given }: JsonObject): string | undefined {
  const bytes = Buffer.from(typeof given === "string" ? given : "", "base64");
  return isSoundCharsmap(bytes)
    ? undefined
    : "a damaged table of characters (precompiled_charsmap)";
}

/** How many tokens a piece of a post-processor's template adds; undefined for one that it does not define. */
function piecesAdded(piece: unknown, defined: JsonObject): number | undefined {
  const special = isObject(piece) ? piece["SpecialToken"] : undefined;
  if (!isObject(special)) return 0;
  const named = defined[jsonText(special["id"])];
  return isObject(named) ? listIn(named["ids"]).length : undefined;
}

function templateProblem({
  single,
  pair,
  special_tokens: special,
}: JsonObject): string | undefined {
  const defined = isObject(special) ? special : {};
  const pieces = [...listIn(single), ...listIn(pair)];
  const added = pieces.map((piece) => piecesAdded(piece, defined));
  if (added.includes(undefined)) return "a post-processor with tokens that it does not define";
  const total = added.reduce<number>((sum, count = 0) => sum + count, pieces.length);
  return total > most.framing ? `a post-processor that adds ${total} tokens` : undefined;
}

/** By type; types that are not here have nothing that could go wrong. */
const checks: Readonly<Record<string, Check>> = {
  Prepend: ({ prepend }) =>
    jsonText(prepend).length > most.prefixLength ? "a long text before every text" : undefined,
  Precompiled: charsmapProblem,
  Split: patternProblem,
  TooDeep: () => "steps within steps without end",
  FixedLength: ({ length }) =>
    typeof length === "number" && length >= 1 ? undefined : "pieces of no length",
  // The library takes from the end more than is there.
  Strip: ({ stop }) => ((stop ?? 0) !== 0 ? "a decoder that strips the end" : undefined),
  TemplateProcessing: templateProblem,
};

const tooDeep = { type: "TooDeep" };

/** A component and those within it, outermost first. */
function* componentsOf(root: unknown, depth = 0): Generator<JsonObject> {
  if (!isObject(root)) return;
  yield depth > most.depth ? tooDeep : root;
  const inner = ["normalizers", "pretokenizers", "decoders", "processors"];
  for (const part of inner.flatMap((key) => listIn(root[key]))) {
    if (depth <= most.depth) yield* componentsOf(part, depth + 1);
  }
}

function problemIn(root: unknown, own: Readonly<Record<string, Check>>): string | undefined {
  let count = 0;
  for (const component of componentsOf(root)) {
    if (++count > most.components) return `more than ${most.components} steps`;
    const type = jsonText(component["type"]);
    const table = Object.hasOwn(own, type) ? own : checks;
    const problem = Object.hasOwn(table, type) ? table[type]?.(component) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** How many times longer replacements, one after the other, can make a text. */
function growthOf(normalizer: unknown): number {
  let growth = 1;
  for (const component of componentsOf(normalizer)) {
    if (component["type"] !== "Replace") continue;
    const content = typeof component["content"] === "string" ? component["content"] : "";
    growth *= Math.max(1, Buffer.byteLength(content) / Math.max(1, shortestMatch(component)));
  }
  return growth;
}

function growthProblem(normalizer: unknown): string | undefined {
  const growth = growthOf(normalizer);
  return growth > most.growth ? "replacements that make a text endlessly longer" : undefined;
}

function addedTokensProblem(tokens: unknown): string | undefined {
  const list = listIn(tokens) as { content?: unknown }[];
  if (list.length > most.addedTokens) return `${list.length} added tokens`;
  const long = list.some(({ content }) => jsonText(content).length > most.tokenLength);
  return long ? "an added token of endless length" : undefined;
}

type Sides = readonly [left: string, right: string];

function sidesOf(merge: unknown): Sides {
  const sides: unknown[] = Array.isArray(merge) ? merge : jsonText(merge).split(" ");
  return [jsonText(sides[0]), jsonText(sides.at(-1))];
}

/** BPE glues both sides of a merge together in the room of the longest token. */
function areLonger(merges: readonly Sides[], vocab: unknown): boolean {
  const tokens = Object.keys(isObject(vocab) ? vocab : {});
  const room = tokens.reduce((most, token) => Math.max(most, Buffer.byteLength(token)), 0);
  return merges.some(([left, right]) => {
    // a UTF-16 unit takes three bytes at most
    if (3 * (left.length + right.length) <= room) return false;
    return Buffer.byteLength(left) + Buffer.byteLength(right) > room;
  });
}

/** BPE glues the right side of a merge on without its prefix, whether it has one or not. */
function modelProblem(model: unknown): string | undefined {
  if (!isObject(model) || model["type"] !== "BPE") return undefined;
  const { continuing_subword_prefix: given, vocab } = model;
  const prefix = typeof given === "string" ? given : "";
  const merges = listIn(model["merges"]).map(sidesOf);
  if (!merges.every(([, right]) => right.startsWith(prefix)))
    return "merges without the prefix of continued words";
  const bare = merges.map(([left, right]): Sides => [left, right.slice(prefix.length)]);
  return areLonger(bare, vocab) ? "merges longer than every token" : undefined;
}

/** What in the definition no tokenizer needs and the library would not survive; undefined when there is nothing. */
export function tokenizerProblem(definition: JsonObject): string | undefined {
  return (
    addedTokensProblem(definition["added_tokens"]) ??
    modelProblem(definition["model"]) ??
    problemIn(definition["normalizer"], { Replace: replaceProblem, Strip: () => undefined }) ??
    growthProblem(definition["normalizer"]) ??
    problemIn(definition["pre_tokenizer"], {}) ??
    problemIn(definition["post_processor"], {}) ??
    problemIn(definition["decoder"], { Replace: patternProblem })
  );
}
