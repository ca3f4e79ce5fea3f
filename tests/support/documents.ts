// The documents as tests see them: their text, and the blocks of code in it. Judges nothing.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

export interface Block {
  language: string;
  text: string;
}

/** Every page a person reads, as paths from the root. */
export function documentFiles(): string[] {
  const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file));
  return ["README.md", "CONTRIBUTING.md", "data/README.md", "dev/README.md", ...pages.sort()];
}

export function documentText(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Fenced blocks, in order; the language is empty where the fence names none. */
export function blocksOf(file: string): Block[] {
  const fences = documentText(file).matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...fences].map(([, language = "", text = ""]) => ({ language, text }));
}
