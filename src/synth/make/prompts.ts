// Prompts as files that a person can edit: where they are found, what stands in them, and how a request is written from
// one. Knows no provider.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, ftHome, packageRoot } from "../../core/paths.ts";
import { badPrompt, missingPrompt } from "./make-errors.ts";

/** Names that stand in a prompt between double braces. */
export const PLACEHOLDERS = [
  "rows",
  "messages",
  "language",
  "question",
  "person",
  "answer",
  "topic",
  "number",
  "source",
  "document",
  "examples",
  "instructions",
  "row",
  "criteria",
  "issues",
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];
export type PromptValues = Readonly<Partial<Record<string, string>>>;

export interface PromptFile {
  system: string;
  prompt: string;
}

/** The program's own prompts. */
export const shippedPrompts = (): string => join(packageRoot(), "data", "prompts");

/** Where prompts are looked for, in turn: the folder given, the project's, the user's, the program's. */
export function promptFolders(given: string | undefined, environment: Environment): string[] {
  if (given !== undefined) return [given, shippedPrompts()];
  return ["prompts", join(ftHome(environment), "prompts"), shippedPrompts()];
}

/** The prompt of a mode, in which the `places` may stand. Throws ConfigError FT-MAKE-001 and 002. */
export function findPrompt(
  mode: string,
  folders: readonly string[],
  places: readonly string[] = PLACEHOLDERS,
): PromptFile & { file: string } {
  const file = folders.map((folder) => join(folder, `${mode}.md`)).find((path) => existsSync(path));
  if (file === undefined) throw missingPrompt(mode, folders);
  return { ...readPrompt(readFileSync(file, "utf8"), file, places), file };
}

const PLACES = /\{\{\s*([\w-]*)\s*\}\}/g;

function requireKnown(text: string, file: string, places: readonly string[]): void {
  for (const [whole, name = ""] of text.matchAll(PLACES)) {
    if (!places.includes(name)) {
      throw badPrompt(
        file,
        `${whole} is not a placeholder. Valid placeholders: ${places.join(", ")}`,
      );
    }
  }
}

export function readPrompt(
  text: string,
  file: string,
  places: readonly string[] = PLACEHOLDERS,
): PromptFile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const system = lines.findIndex((line) => /^##\s+system\s*$/i.test(line));
  const prompt = lines.findIndex((line) => /^##\s+prompt\s*$/i.test(line));
  if (prompt === -1 || system > prompt)
    throw badPrompt(file, "has no heading ## Prompt after ## System");
  const joined = (from: number, to?: number) => lines.slice(from, to).join("\n").trim();
  const read = {
    system: system === -1 ? "" : joined(system + 1, prompt),
    prompt: joined(prompt + 1),
  };
  requireKnown(read.system + read.prompt, file, places);
  return read;
}

/** What a line says; undefined where one of its places has nothing to say. */
function filledLine(line: string, values: PromptValues): string | undefined {
  const places = [...line.matchAll(PLACES)].map(([, name = ""]) => name);
  if (places.some((name) => (values[name] ?? "") === "")) return undefined;
  return line.replaceAll(PLACES, (_, name: string) => values[name] ?? "");
}

/** A paragraph that ends with a colon only leads to what comes; without that it says nothing. */
function withoutEmptyLeads(paragraphs: readonly (string | undefined)[]): string[] {
  return paragraphs.flatMap((paragraph, at) => {
    const leadsNowhere =
      paragraph?.trimEnd().endsWith(":") === true &&
      at + 1 < paragraphs.length &&
      paragraphs[at + 1] === undefined;
    return paragraph === undefined || leadsNowhere ? [] : [paragraph];
  });
}

/** The text with its places filled. Lines of which a place has nothing to say are left out. */
export function fillPrompt(text: string, values: PromptValues): string {
  const paragraphs = text.split(/\n{2,}/).map((paragraph) => {
    const lines = paragraph.split("\n").map((line) => filledLine(line, values));
    const said = lines.filter((line) => line !== undefined);
    return said.length === 0 ? undefined : said.join("\n");
  });
  return withoutEmptyLeads(paragraphs).join("\n\n");
}
