// What a made row is held to: rows in another language than asked for, and rows whose quote no document has, do not
// count, each with its reason.
import { expect, test } from "vitest";
import { heldTo } from "../../../src/synth/make/held-to.ts";
import { isOtherLanguage } from "../../../src/synth/make/language.ts";
import { makeJob } from "../../../src/synth/make/make-job.ts";
import type { RequestParts } from "../../../src/synth/make/plan.ts";
import { FakeProvider, type FakeRequest } from "../../support/fake-provider.ts";
import { makingOf, settings } from "../../support/making.ts";
import { fileStore } from "../../support/open-stores.ts";

const texts: Readonly<Record<string, string>> = {
  de: "Wie lange ist eine Tageskarte des Schwimmbads nach dem Kauf gültig?",
  en: "How long is a day ticket of the swimming pool valid after I buy it?",
  fr: "Combien de temps un billet de la piscine est-il valable après l'achat ?",
  es: "¿Cuánto tiempo es válida una entrada de la piscina después de comprarla?",
  zh: "游泳池的日票在购买之后的有效期是多长时间呢?我想知道可不可以第二天再用,谢谢你的回答。",
  ru: "Сколько времени действует дневной билет в бассейн после покупки?",
  da: "Hvor længe er en dagsbillet til svømmehallen gyldig efter købet?",
};

test.each(Object.keys(texts))("a text in %s is in no other language", (code) => {
  for (const [own, text] of Object.entries(texts))
    expect(isOtherLanguage(text, code), `${own} for ${code}`).toBe(own !== code);
});

test("languages go by code, by their English name and by their own; what is unknown asks nothing", () => {
  for (const name of ["de", "DE", "de-AT", "German", "Deutsch", "german (Austria)", " Deutsch "]) {
    expect(isOtherLanguage(texts["en"]!, name), name).toBe(true);
    expect(isOtherLanguage(texts["de"]!, name), name).toBe(false);
  }
  for (const name of ["Klingon", "tlh", "simple words", "", "constructor"])
    expect(isOtherLanguage(texts["en"]!, name), name).toBe(false);
});

test("what is short, code or close to the language passes", () => {
  expect(isOtherLanguage("Yes, of course.", "de")).toBe(false);
  expect(isOtherLanguage("if (x1 > 0) { y[2] += 17 * 4; }", "de")).toBe(false);
  expect(
    isOtherLanguage("Die API liefert das Feld `expires_at` im JSON der Response zurück.", "de"),
  ).toBe(false);
  // Norwegian in words that Danish has too
  expect(
    isOtherLanguage("Vi kan ikke se noget herfra, og det er alt for sent at komme.", "no"),
  ).toBe(false);
});

const passage = {
  source: "a.txt",
  span: [100, 170] as const,
  text: "The pool opens at seven.\n  It closes at nine, but not on Sundays.",
};
const task = { row: 0, rows: 1, passage: 0, turn: 0 };
const partsOf = (own: Partial<RequestParts["settings"]>): RequestParts => ({
  settings: { ...settings, ...own },
  prompt: { system: "", prompt: "" },
  passages: [passage],
  keepsSchemas: false,
});
const row = (evidence?: string) => ({
  messages: [
    { role: "user" as const, content: "When does it close?" },
    { role: "assistant" as const, content: "At nine." },
  ],
  ...(evidence !== undefined && { evidence }),
});

test("a quote is a slice of the passage, but for the breaks of lines", () => {
  const held = (quote?: string) => heldTo(row(quote), task, partsOf({ evidence: true }));
  expect(held("It closes at nine")).toEqual({ evidence: [127, 144] });
  expect(held(" opens at seven. It closes\nat nine ")).toEqual({ evidence: [109, 144] });
  expect(held("it closes at nine")).toEqual({ rejection: "false_evidence" });
  expect(held("It closes at ten, but not")).toEqual({ rejection: "false_evidence" });
  expect(held("at")).toEqual({ rejection: "false_evidence" });
  expect(held("")).toEqual({ rejection: "false_evidence" });
  expect(held()).toEqual({ rejection: "no_evidence" });
  expect(heldTo(row(), task, partsOf({}))).toEqual({});
  expect(heldTo(row(), { row: 0, rows: 1, turn: 0 }, partsOf({ evidence: true }))).toEqual({});
});

test("either side in another language, and the language of the passage where none is asked for", () => {
  const said = (user: string, assistant: string) => ({
    messages: [
      { role: "user" as const, content: texts[user]! },
      { role: "assistant" as const, content: texts[assistant]! },
    ],
  });
  const other = { rejection: "other_language" };
  expect(heldTo(said("de", "de"), task, partsOf({ language: "de" }))).toEqual({});
  expect(heldTo(said("de", "en"), task, partsOf({ language: "de" }))).toEqual(other);
  expect(heldTo(said("en", "de"), task, partsOf({ language: "de" }))).toEqual(other);
  const ofPassage = (own: Partial<RequestParts["settings"]>): RequestParts => ({
    ...partsOf(own),
    passages: [{ ...passage, language: "French" }],
  });
  expect(heldTo(said("fr", "fr"), task, ofPassage({}))).toEqual({});
  expect(heldTo(said("fr", "en"), task, ofPassage({}))).toEqual(other);
  expect(heldTo(said("fr", "en"), task, ofPassage({ instructions: "translate" }))).toEqual({});
});

const promptOf = ({ body }: FakeRequest): string => JSON.stringify(body);

test("a job in German counts German rows alone, and says why others are missing", async () => {
  const written = (language: string, key: string): string =>
    JSON.stringify({
      messages: [
        { role: "user", content: `${texts[language]} ${key}` },
        { role: "assistant", content: `${key}: ${texts[language]}` },
      ],
    });
  const fake = await FakeProvider.start(({ key, number }) => ({
    text: written(number % 2 === 0 ? "de" : "en", key),
  }));
  const work = await makingOf(fake.origin, { count: 6, own: { language: "German" } });
  const outcome = await makeJob(await fileStore(), work, { every: 10 });
  let rows = 0;
  for await (const { messages } of outcome.rows()) {
    expect(messages[0]?.content).toMatch(/Schwimmbads/);
    rows++;
  }
  expect(rows).toBe(6);
  expect(outcome.gathered.rejected.get("other_language")).toBeGreaterThan(0);
  expect(outcome.spending.spent).toBe(fake.bill.cost);
});

test("a job with quotes asks for them, and keeps rows whose quote the document has", async () => {
  const fake = await FakeProvider.start((request) => {
    const prompt = promptOf(request);
    expect(prompt).toMatch(/Begin with `evidence`/);
    expect(prompt).toMatch(/"required":\["evidence","messages"\]/);
    const word = /All that can be said about (\w+)\./.exec(prompt)?.[1];
    const content = `What of ${request.key}`;
    const messages = [
      { role: "user", content },
      { role: "assistant", content: `${content}: much` },
    ];
    const quotes = [`All that can be said about ${word}.`, "All that cannot be said.", undefined];
    return { text: JSON.stringify({ evidence: quotes[request.number % 3], messages }) };
  });
  const work = await makingOf(fake.origin, { count: 4, own: { evidence: true } });
  const outcome = await makeJob(await fileStore(), work, { every: 10 });
  let rows = 0;
  for await (const { evidence, task: own } of outcome.rows()) {
    const { span, text } = work.parts.passages[own.passage!]!;
    expect(evidence).toEqual([span[0], span[0] + text.length]);
    rows++;
  }
  expect(rows).toBe(4);
  const { rejected } = outcome.gathered;
  expect(
    (rejected.get("false_evidence") ?? 0) + (rejected.get("no_evidence") ?? 0),
  ).toBeGreaterThan(0);
});
