// The chat templates of much used models read as under transformers: with tools, calls, thoughts and generation prompts.
// They are not part of this project: make templates fetches them, and without them this is skipped. Committed are the
// hashes of what transformers makes of them: dev/templates/render.py writes them.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { JinjaTemplate } from "../../../src/text/jinja/interpreter.ts";

const root = path.join(import.meta.dirname, "../../..");
const templates = path.join(root, ".local/templates");

interface Expected {
  special: Record<string, string>;
  conversations: Record<string, { messages: unknown[]; tools?: unknown[] }>;
  variants: Record<string, Record<string, unknown>>;
  /** Of each conversation in each variant; null where transformers refuses it. */
  models: { model: string; sha256: string; texts: (string | null)[] }[];
}

const file = path.join(root, "tests/fixtures/text/popular.json");
const { special, conversations, variants, models } = JSON.parse(
  readFileSync(file, "utf8"),
) as Expected;

const cases = Object.entries(conversations).flatMap(([name, { messages, tools = null }]) =>
  Object.entries(variants).map(([kind, variant]) => ({
    name: `${name}, ${kind}`,
    variables: { messages, tools, documents: null, ...special, ...variant },
  })),
);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Null where the template refuses the conversation, or cannot take it. */
function rendered(template: JinjaTemplate, variables: Record<string, unknown>): string | null {
  try {
    return template.render({ ...variables, strftime_now: () => "2026-01-02" });
  } catch (error) {
    if (error instanceof FtError) return null;
    throw error;
  }
}

test("hashes are of more than forty models, and of texts rather than of refusals", () => {
  expect(models.length).toBeGreaterThan(40);
  const texts = models.flatMap((model) => model.texts);
  expect(texts.length).toBe(models.length * cases.length);
  expect(texts.filter((text) => text !== null).length).toBeGreaterThan(0.8 * texts.length);
});

const place = (model: string): string =>
  path.join(templates, `${model.replaceAll("/", "--")}.jinja`);

describe.skipIf(!existsSync(templates))("fetched by make templates", () => {
  test.each(models.map((one) => [one.model, one] as const))("%s", (model, one) => {
    const source = readFileSync(place(model), "utf8");
    expect(sha256(source), "another version: make templates").toBe(one.sha256);
    const template = new JinjaTemplate(source);
    const found = cases.map(({ variables }) => rendered(template, variables));
    const hashes = found.map((text) => (text === null ? null : sha256(text).slice(0, 16)));
    const departing = cases.flatMap(({ name }, at) => (hashes[at] === one.texts[at] ? [] : [name]));
    expect(departing).toEqual([]);
  });
});
