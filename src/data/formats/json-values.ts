// JSON inside a row that is passed on as it is: what a tool is asked with, what tools there are. Refuses what would
// not come out as it went in.

/** Deeper than any schema or argument; what is deeper was made to exhaust a stack. */
const deepest = 64;

/** Whole numbers beyond this are rounded when a file is read (2^53); from 10^21 on they are written otherwise too. */
function isRounded(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
}

/** What is wrong with a value, or undefined. */
export function jsonProblem(value: unknown, depth = 0): string | undefined {
  if (depth > deepest) return `is nested deeper than ${deepest} levels`;
  if (typeof value === "number" && isRounded(value)) {
    return `holds the number ${value}, which is too large to be kept exactly: write it as a string`;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const problem = jsonProblem(inner, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The value that `text` holds as JSON; undefined when it is not JSON. */
export function parsedText(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
