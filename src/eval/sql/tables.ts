// The tables that a text describes, as statements that make them: CREATE TABLE and INSERT as they stand, and the short
// form "Table: name ( column type , … )". Runs nothing.

export interface TableText {
  /** One statement each, tables before rows. */
  statements: string[];
  /** Rows are given, so none have to be made up. */
  hasRows: boolean;
}

const quotes = new Map([
  ["'", "'"],
  ['"', '"'],
  ["`", "`"],
  ["[", "]"],
]);

/** Places and depths of the characters outside quotes, from `start` on. */
function* outsideQuotes(
  text: string,
  start: number,
): Generator<{ at: number; character: string; depth: number }> {
  let depth = 0;
  let closing: string | undefined;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (closing !== undefined) {
      if (character === closing) closing = undefined;
      continue;
    }
    closing = quotes.get(character);
    if (character === "(") depth++;
    if (character === ")") depth--;
    yield { at, character, depth };
  }
}

/** Up to the parenthesis that closes the first one; undefined where none does. */
function throughParentheses(text: string, start: number): string | undefined {
  for (const { at, character, depth } of outsideQuotes(text, start))
    if (character === ")" && depth === 0) return text.slice(start, at + 1);
  return undefined;
}

/** Up to a semicolon or a blank line. */
function throughStatement(text: string, start: number): string {
  for (const { at, character, depth } of outsideQuotes(text, start)) {
    const isEnd = character === ";" || (character === "\n" && text.charAt(at + 1) === "\n");
    if (depth === 0 && isEnd) return text.slice(start, at);
  }
  return text.slice(start);
}

function found(
  text: string,
  begin: RegExp,
  read: (text: string, start: number) => string | undefined,
): string[] {
  const places = [...text.matchAll(begin)].map(({ index }) => index);
  return places.flatMap((at) => read(text, at) ?? []);
}

/** Parts between commas that are neither quoted nor in parentheses. */
function listed(text: string): string[] {
  const commas = [...outsideQuotes(text, 0)].filter((one) => one.character === "," && !one.depth);
  const ends = [...commas.map(({ at }) => at), text.length];
  return ends.map((end, at) => text.slice(at === 0 ? 0 : (ends[at - 1] ?? 0) + 1, end).trim());
}

const numberTypes = /^(number|numeric|real|float|double|decimal|int|integer)$/i;

/** "rating number" as SQL has it. */
function column(text: string): string {
  const at = text.search(/\s\S+$/);
  if (at === -1) return text;
  return `${text.slice(0, at).trim()} ${numberTypes.test(text.slice(at).trim()) ? "NUMERIC" : "TEXT"}`;
}

/** Tables in the short form, each on a line. */
function shortTables(text: string): string[] {
  return [...text.matchAll(/^[ \t]*table:?[ \t]+([^\n(]+?)[ \t]*\((.*)\)[ \t]*$/gim)].map(
    ([, name, columns = ""]) => `CREATE TABLE ${name} (${listed(columns).map(column).join(", ")})`,
  );
}

export function tablesIn(text: string): TableText {
  const created = found(text, /\bcreate\s+(temp(orary)?\s+)?table\b/gi, throughParentheses);
  const rows = found(text, /\binsert\s+into\s+\S+[^;]*?\bvalues\b/gi, throughStatement);
  const tables = created.length > 0 ? created : shortTables(text);
  return { statements: [...tables, ...rows], hasRows: rows.length > 0 };
}

/** Without what stands in quotes or parentheses: what orders the whole result is left. */
export function outermost(query: string): string {
  return [...outsideQuotes(query, 0)]
    .filter(({ depth }) => depth === 0)
    .map(({ character }) => character)
    .join("");
}
