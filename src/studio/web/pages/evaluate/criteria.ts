// Criteria as a person writes them, a line each: "correct: the query gives what was asked". A line without a name gets one.

export interface Criterion {
  name: string;
  about: string;
}

/** One line that ends as a rubric's file does. */
export const isFile = (text: string): boolean =>
  /^\S.*\.(ya?ml|json)$/.test(text.trim()) && !text.includes("\n");

const longestName = 40;

/** A word as rubrics have them: letters, digits, - and _. */
function wordOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, longestName);
}

export function criteriaIn(text: string): Criterion[] {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.map((line, at) => {
    const [, name = "", about = ""] = /^([^:]{1,60}):\s*(.+)$/.exec(line) ?? [];
    const word = wordOf(name);
    return about === "" || word === ""
      ? { name: `criterion_${at + 1}`, about: line }
      : { name: word, about };
  });
}
