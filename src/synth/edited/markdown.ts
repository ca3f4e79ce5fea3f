import { readTextLines } from "../../core/json-lines.ts";
// Rows as Markdown: "## Row ID", then "### ROLE" for each message and "### FIELD:" for each text field, with the text
// below; all other fields as JSON under "### fields:". What plain text would not bring back stands as JSON in the heading.
// A line of a text that begins as such a heading has a backslash in front.
import { parseJson } from "../../core/json-text.ts";
import { isObject } from "../../data/formats/format.ts";
import type { EditedForm, EditedObject, EditedProblem, EditedRow } from "./form.ts";

const heading = /^#{2,3} /;
const escaped = /^\\+#{2,3} /;
const OTHERS = "fields";

/** Whether a text comes back from lines between headings, blank lines around it being nobody's. */
const isPlain = (text: unknown): text is string =>
  typeof text === "string" && !/\p{Surrogate}/u.test(text) && !/\r|^\s*\n|\n\s*$|^\s*$/.test(text);

const bodyOf = (text: string): string =>
  text
    .split("\n")
    .map((line) => (heading.test(line) || escaped.test(line) ? `\\${line}` : line))
    .join("\n");

function messageText(message: Readonly<Record<string, unknown>>): string {
  const { role, content, ...rest } = message;
  const isBelow = isPlain(content);
  const extra = isBelow ? rest : { ...("content" in message && { content }), ...rest };
  const json = Object.keys(extra).length === 0 ? "" : ` ${JSON.stringify(extra)}`;
  return `### ${String(role)}${json}\n${isBelow ? `\n${bodyOf(content)}\n` : ""}\n`;
}

const isMessage = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && typeof value["role"] === "string" && /^[\w-]+$/.test(value["role"]);

function rowText(row: EditedObject): string {
  const { id, messages, ...fields } = row;
  const name = id === undefined ? "" : ` ${JSON.stringify(id)}`;
  const parts = [`## Row${name}\n\n`];
  const others: Record<string, unknown> = {};
  if (Array.isArray(messages) && messages.length > 0 && messages.every(isMessage))
    parts.push(...messages.map(messageText));
  else if ("messages" in row) others["messages"] = messages;
  for (const [field, value] of Object.entries(fields)) {
    if (isPlain(value) && /^[\w-]+$/.test(field) && field !== OTHERS)
      parts.push(`### ${field}:\n\n${bodyOf(value)}\n\n`);
    else others[field] = value;
  }
  if (Object.keys(others).length > 0)
    parts.push(`### ${OTHERS}:\n\n\`\`\`json\n${JSON.stringify(others, null, 2)}\n\`\`\`\n\n`);
  return parts.join("");
}

interface Part {
  line: number;
  title: string;
  lines: string[];
}

const textOf = ({ lines }: Part): string =>
  lines
    .map((line) => (escaped.test(line) ? line.slice(1) : line))
    .join("\n")
    .replace(/^(\s*\n)+/, "")
    .replace(/(\n\s*)+$/, "");

/** Thrown inside this file alone, and told by its line. */
class Unreadable extends RangeError {
  readonly line: number;
  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}

function jsonOf(text: string, line: number): unknown {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Unreadable(line, `the JSON cannot be read: ${parsed.problem.reason}`);
  return parsed.value;
}

function objectOf(text: string, line: number): Record<string, unknown> {
  const value = jsonOf(text, line);
  if (!isObject(value)) throw new Unreadable(line, "braces with fields are wanted here");
  return { ...value };
}

function addPart(row: Record<string, unknown>, part: Part): void {
  const [, field, role, json] = /^(?:([\w-]+):|([\w-]+)(?: (\{.*\}))?)$/.exec(part.title) ?? [];
  const text = textOf(part);
  if (field === OTHERS)
    Object.assign(row, objectOf(text.replace(/^```json\n|\n```$/g, ""), part.line));
  else if (field !== undefined) row[field] = text;
  else if (role === undefined)
    throw new Unreadable(
      part.line,
      `'### ${part.title}' is neither a role nor a field; a backslash before it makes it text`,
    );
  else {
    const extra = json === undefined ? {} : objectOf(json, part.line);
    const isBelow = !("content" in extra) && (text !== "" || json === undefined);
    if ("content" in extra && text !== "")
      throw new Unreadable(part.line, "the text stands in the heading and below it");
    const messages = (row["messages"] ??= []) as unknown[];
    messages.push({ role, ...(isBelow && { content: text }), ...extra });
  }
}

function readRow(title: string, line: number, parts: readonly Part[]): EditedRow | EditedProblem {
  try {
    const name = title.slice("Row".length).trim();
    const id = name === "" ? {} : { id: parseJson(name).ok ? jsonOf(name, line) : name };
    const row: Record<string, unknown> = { ...id };
    for (const part of parts) addPart(row, part);
    if (parts.length === 0) throw new Unreadable(line, "the row has nothing in it");
    return { line, value: row };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { line: error.line, problem: error.message };
  }
}

async function* read(path: string): AsyncGenerator<EditedRow | EditedProblem> {
  let row: Part | undefined;
  let parts: Part[] = [];
  for await (const { line, text } of readTextLines(path)) {
    if (text === undefined) yield { line, problem: "the line is not UTF-8 text" };
    else if (/^## Row( |$)/.test(text)) {
      if (row !== undefined) yield readRow(row.title, row.line, parts);
      row = { line, title: text.slice(3), lines: [] };
      parts = [];
    } else if (text.startsWith("## "))
      yield { line, problem: `'${text}' begins no row; a backslash before it makes it text` };
    else if (row !== undefined && text.startsWith("### "))
      parts.push({ line, title: text.slice(4).trim(), lines: [] });
    else if (parts.length > 0) parts.at(-1)?.lines.push(text);
    else if (row !== undefined && text.trim() !== "")
      yield { line, problem: "text stands before the first heading of its row" };
    else if (row === undefined && text.trim() !== "" && !/^(#|<!--)/.test(text))
      yield { line, problem: "text stands before the first row" };
  }
  if (row !== undefined) yield readRow(row.title, row.line, parts);
}

async function* write(rows: () => AsyncIterable<EditedObject>): AsyncGenerator<string> {
  yield "# Rows\n\n<!-- Edit texts below headings; ft data import FILE --name NAME reads this again. -->\n\n";
  for await (const row of rows()) yield rowText(row);
}

export const markdownForm: EditedForm = { read, write };
