// The little Markdown that reference pages need: tables whose cells may hold anything.

/** Text as a cell: bars would end it, line ends break the table. */
function cell(text: string): string {
  return text
    .replaceAll("|", "\\|")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
}

export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(heading), `|${"---|".repeat(heading.length)}`, ...rows.map(line)].join("\n");
}

export const code = (text: string): string => (text === "" ? "" : `\`${text}\``);

/** What a generated page begins with. */
export function opening(title: string, about: string): string {
  return `# ${title}\n\n<!-- Made from the sources by make reference; edit those, not this page. -->\n\n${about}\n`;
}
