// A Dockerfile's instructions, with continued lines joined. Knows what stands there, not what it means.

export interface Instruction {
  name: string;
  given: string;
  /** From 1. */
  line: number;
}

export function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  let isOpen = false;
  for (const [at, line] of text.split("\n").entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const part = trimmed.replace(/\\$/, "").trim();
    const last = found.at(-1);
    if (isOpen && last !== undefined) last.given += ` ${part}`;
    else {
      const [name = "", ...rest] = part.split(" ");
      found.push({ name, given: rest.join(" "), line: at + 1 });
    }
    isOpen = trimmed.endsWith("\\");
  }
  return found;
}

export const wordsOf = (given: string): string[] => given.split(/\s+/).filter(Boolean);
