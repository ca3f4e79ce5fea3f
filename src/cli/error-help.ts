// `ft help FT-DATA-003`: what a code means and what mends it, from the page of all codes (docs/reference/errors.md), which
// a build lays beside the program. Loads nothing: it is answered before any command is there.

/** Whether a word is the code of an error, there or not. */
export const isErrorCode = (word: string | undefined): word is string =>
  /^FT-[A-Z]/i.test(word ?? "");

/** Cells of a row of the page; a bar inside of one is written with a backslash. */
const cellsOf = (line: string): string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

const listed = (cell: string): string[] =>
  cell
    .split("<br>")
    .filter((text) => text !== "")
    .map((text) => `  ${text}`);

/** "FT-FILE-…" stands for a code of each kind. */
function isMeant(written: string, code: string): boolean {
  const name = written.replaceAll("`", "");
  return name.endsWith("…") ? code.startsWith(name.slice(0, -1)) : name === code;
}

/** What `page` says of a code; undefined where it has none of that name. */
export function errorHelp(word: string, page: string): string | undefined {
  const code = word.toUpperCase();
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("| `FT-"))
    .map(cellsOf);
  const exact = rows.find(([written]) => written === `\`${code}\``);
  const row = exact ?? rows.find(([written = ""]) => isMeant(written, code));
  if (row === undefined) return undefined;
  const [, exit = "", says = "", mends = ""] = row;
  const ends = /^\d/.test(exit) ? `ends with exit code ${exit}` : exit;
  const wayOut = mends === "" ? [] : ["", "How to fix it:", ...listed(mends)];
  const said =
    says === "" ? [] : ["", "What it says (… is filled in when it happens):", ...listed(says)];
  return `${[`${code}: ${ends}`, ...said, ...wayOut].join("\n")}\n`;
}
