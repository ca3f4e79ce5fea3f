// Makes the value of an option of the texts that a flag or an environment variable gives.
// Checks nothing: text that does not fit stays text, for the schema to refuse.
import { z } from "zod";
import { parseJson } from "./json-text.ts";
import { isStructured, type ValueShape } from "./value-shapes.ts";

/** "q_proj, v_proj" as its parts. */
export function listFromText(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The value of JSON text that begins as `opening` does; undefined when it is other text. */
function json(text: string, opening: RegExp): unknown {
  if (!opening.test(text.trimStart())) return undefined;
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : undefined;
}

const LIST = /^\[/;
const KEYS = /^\{/;

const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ true: true, "1": true, yes: true },
  ...{ false: false, "0": false, no: false },
};

function isNone(text: string): boolean {
  return /^\s*(?:null|none)\s*$/.test(text);
}

/** One text as one value. */
function single(shape: ValueShape, text: string): unknown {
  const word = text.trim();
  switch (shape.kind) {
    case "number":
      return word !== "" && Number.isFinite(Number(word)) ? Number(word) : text;
    case "boolean":
      return BOOLEANS[word] ?? text;
    case "string":
      return text;
    case "null":
      return isNone(text) ? null : text;
    case "object":
      return json(text, KEYS) ?? text;
    case "any":
      return anything(text);
    case "list":
    case "record":
    case "union":
      return valueFromTexts(shape, [text]);
  }
}

function anything(text: string): unknown {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : text;
}

function items(shape: ValueShape, text: string): unknown[] {
  const whole = json(text, LIST);
  if (Array.isArray(whole)) return whole;
  if (isStructured(shape) && KEYS.test(text.trimStart())) return [single(shape, text)];
  return listFromText(text).map((part) => single(shape, part));
}

/** "a=1,b=2" → its pairs. A comma begins the next pair only where a key and "=" follow. */
function pairs(shape: ValueShape, text: string): [string, unknown][] | undefined {
  const whole = json(text, KEYS);
  if (typeof whole === "object" && whole !== null) return Object.entries(whole);
  const parts = text.split(/,(?=[^,=]+=)/);
  if (parts.some((part) => part.indexOf("=") < 1)) return undefined;
  return parts.map((part) => {
    const at = part.indexOf("=");
    return [part.slice(0, at).trim(), single(shape, part.slice(at + 1))];
  });
}

function record(shape: ValueShape, texts: readonly string[]): unknown {
  const all = texts.map((text) => pairs(shape, text));
  const refused = all.indexOf(undefined);
  if (refused !== -1) return texts[refused];
  return Object.fromEntries(all.flatMap((found) => found ?? []));
}

function fits(schema: z.core.$ZodType, value: unknown): boolean {
  return z.safeParse(schema, value).success;
}

/** The first member that accepts what it makes of the texts. JSON is first tried as what JSON can say. */
function oneOf(shape: Extract<ValueShape, { kind: "union" }>, texts: readonly string[]): unknown {
  const isJson = texts.some((text) => /^\s*[[{]/.test(text));
  const structured = shape.members.filter((member) => isStructured(member.shape));
  const words = shape.members.filter((member) => !isStructured(member.shape));
  // Of several texts, a member that takes one word would forget all but the last.
  const ordered = isJson || texts.length > 1 ? [...structured, ...words] : shape.members;
  for (const { shape: member, schema } of ordered) {
    const value = valueFromTexts(member, texts);
    if (fits(schema, value)) return value;
  }
  const [likeliest] = isJson ? structured : [];
  return likeliest === undefined ? texts.at(-1) : valueFromTexts(likeliest.shape, texts);
}

/**
 * The value that texts mean, in the order given: of a list their items, of a record their pairs, else the last one.
 * A list or record may also be JSON.
 */
export function valueFromTexts(shape: ValueShape, texts: readonly string[]): unknown {
  if (shape.kind === "list") return texts.flatMap((text) => items(shape.item, text));
  if (shape.kind === "record") return record(shape.value, texts);
  if (shape.kind === "union") return oneOf(shape, texts);
  return single(shape, texts.at(-1) ?? "");
}

/** As `valueFromTexts`; `null` and `none` clear an option that may be null. */
export function optionValue(
  option: { shape: ValueShape; nullable: boolean },
  texts: readonly string[],
): unknown {
  const isCleared = option.nullable && texts.length > 0 && isNone(texts.at(-1) ?? "");
  return isCleared ? null : valueFromTexts(option.shape, texts);
}
