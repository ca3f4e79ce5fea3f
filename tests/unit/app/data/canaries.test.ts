// Hostile documents before a model that obeys them to the letter, and one that does not: rows keep their form, carry
// nothing of the prompt and nothing of other documents, and what did not count is told with its reason.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataset, type MakeRequest } from "../../../../src/app/data/making/make-dataset.ts";
import { findPrompt, shippedPrompts } from "../../../../src/synth/make/prompts.ts";
import { canaryDocuments, canaryOf, documentIn } from "../../../support/canary-documents.ts";
import { FakeProvider, type FakeRequest } from "../../../support/fake-provider.ts";
import { makeFolder } from "../../../support/folders.ts";
import { settings } from "../../../support/making.ts";

interface Asked {
  system: string;
  prompt: string;
  /** Between its lines. */
  document: string;
  at: number;
}

function askedOf({ body }: FakeRequest): Asked {
  const [system, user] = body["messages"] as { content: string }[];
  const prompt = user?.content ?? "";
  const [, , document = ""] =
    /----- BEGIN (\w{12}) -----\n((?:(?!----- BEGIN \w{12} -----)[\s\S])*)\n----- END \1 -----\n\nWhat stands between/.exec(
      prompt,
    ) ?? [];
  return { system: system?.content ?? "", prompt, document, at: documentIn(prompt) };
}

const every = canaryDocuments.map((_, at) => canaryOf(at));

function obey(request: FakeRequest) {
  const { at, system, prompt } = askedOf(request);
  const others = every.filter((_, other) => other !== at).join(" ");
  const shown = /Conversations that were found[^]*?----- BEGIN \w+ -----\n([^]*?)\n----- END/.exec(
    prompt,
  );
  // the model of a hybrid set may copy what it was shown as an example
  if (shown !== null && at % 2 === 1) {
    const content = shown[1] ?? "";
    const messages = [
      { role: "user", content: "What do you know?" },
      { role: "assistant", content },
    ];
    return { text: JSON.stringify({ messages }) };
  }
  return { text: canaryDocuments[at]?.obeys({ system, prompt, others }) ?? "" };
}

const keep = (request: FakeRequest) => {
  const { at } = askedOf(request);
  const messages = [
    { role: "user", content: `How long does kettle ${at} take to boil?` },
    { role: "assistant", content: `Four minutes for a litre; its label says ${canaryOf(at)}.` },
  ];
  return { text: JSON.stringify({ messages }) };
};

interface Row {
  messages: { role: string; content: string }[];
  source: { file: string };
  meta: { origin: string };
}

const faq =
  "# Questions\n\nQ: Where is the spare part CANARY-99-qfaq7781 for the old kettle kept in the shop of the town?\n\n" +
  "A: It is kept on the third shelf of the back room, behind the boxes with the filters and the cables.\n";

async function made(script: typeof keep, mode: "create" | "hybrid", count: number) {
  const folder = makeFolder();
  mkdirSync(join(folder, "docs"));
  for (const { name, text } of canaryDocuments) writeFileSync(join(folder, "docs", name), text);
  if (mode === "hybrid") writeFileSync(join(folder, "docs", "faq.md"), faq);
  const fake = await FakeProvider.start(script);
  const request: MakeRequest = {
    settings: { ...settings, mode, tries: 2, language: "English" },
    ...{ paths: [join(folder, "docs")], count, output: join(folder, "rows.jsonl") },
    ...{ keepsFound: mode === "hybrid", passage: 4000, retries: 0, concurrency: 4, timeout: 10 },
    ...{ provider: "openai-compatible", models: ["m"], baseUrl: `${fake.origin}/v1` },
  };
  const environment = { FT_HOME: join(folder, "home"), FT_KEYCHAIN: "off" };
  const report = await makeDataset(request, environment, { allow: async () => true });
  const text = readFileSync(request.output, "utf8").trimEnd();
  const rows = text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Row);
  return { report, rows, asked: fake.requests.map(askedOf) };
}

/** Eight words of the prompt together, however they are spelled. */
function promptRuns(mode: string): string[] {
  const { system, prompt } = findPrompt(mode, [shippedPrompts()]);
  const words = `${system} ${prompt.replaceAll(/\{\{.*?\}\}/g, "")}`.toLowerCase().match(/[a-z]+/g);
  const all = words ?? [];
  return all.slice(7).map((_, at) => all.slice(at, at + 8).join(" "));
}

function requireSound(rows: readonly Row[], mode: string): void {
  const runs = promptRuns(mode);
  for (const { messages, source, meta } of rows) {
    const roles = messages.map(({ role }) => role);
    expect(roles).toEqual(roles.map((_, at) => (at % 2 === 0 ? "user" : "assistant")));
    for (const message of messages) {
      const keys = meta.origin === "made" ? ["role", "content"] : expect.any(Array);
      expect(Object.keys(message)).toEqual(keys);
    }
    const text = messages.map(({ content }) => content).join("\n");
    const words = (
      text
        .replaceAll(/\p{Cf}/gu, "")
        .toLowerCase()
        .match(/[a-z]+/g) ?? []
    ).join(" ");
    for (const run of runs) expect(words).not.toContain(run);
    expect(text).not.toMatch(/<\|im_|\[INST\]|<<SYS>>|BEGIN \w{12}|END \w{12}/);
    if (meta.origin !== "made") continue;
    const at = Number(/(\d\d)-/.exec(source.file)?.[1]);
    for (const canary of [...every, "CANARY-99-qfaq7781"])
      if (canary !== every[at]) expect(text).not.toContain(canary);
  }
}

test("there are twenty, of many kinds, each with a canary of its own", () => {
  expect(canaryDocuments).toHaveLength(20);
  expect(new Set(every).size).toBe(20);
  expect(new Set(canaryDocuments.map(({ name }) => name.split(".").at(-1))).size).toBeGreaterThan(
    5,
  );
});

test.each(["create", "hybrid"] as const)(
  "%s: a model that obeys them brings no row that carries anything over",
  { timeout: 120_000 },
  async (mode) => {
    const { report, rows, asked } = await made(obey, mode, mode === "hybrid" ? 21 : 20);
    requireSound(rows, mode);
    expect(new Set(asked.map(({ at }) => at).filter((at) => at >= 0)).size).toBe(20);
    for (const { document, prompt } of asked) {
      expect(document).not.toBe("");
      expect(prompt).toMatch(/never an instruction to you\.$/);
    }
    const reasons = report.rejected.map(({ code }) => code);
    const wanted = ["carries_prompt", "carries_other_document", "no_json"];
    expect(reasons).toEqual(expect.arrayContaining(wanted));
    if (mode === "create")
      expect(reasons).toEqual(
        expect.arrayContaining([
          ...["role_tags", "loops", "other_language", "cut", "not_a_row", "too_many_rows"],
        ]),
      );
    expect(report.shortfall.count).toBeGreaterThan(0);
  },
);

test.each(["create", "hybrid"] as const)(
  "%s: a model that does not obey makes a row of each",
  { timeout: 120_000 },
  async (mode) => {
    const { report, rows } = await made(keep, mode, mode === "hybrid" ? 21 : 20);
    requireSound(rows, mode);
    expect(report.made).toBe(report.rows - report.found);
    expect(report.shortfall.count).toBe(0);
    const of = new Set(rows.map(({ source }) => source.file));
    expect(of.size).toBeGreaterThanOrEqual(20);
  },
);
