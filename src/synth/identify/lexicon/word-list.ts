// A list of words and phrases written as one text with commas, folded as labels are.
import { folded } from "../text/characters.ts";

export function wordList(...texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(",").map((word) => folded(word.trim())));
}

export function wordSet(...texts: readonly string[]): ReadonlySet<string> {
  return new Set(wordList(...texts));
}
