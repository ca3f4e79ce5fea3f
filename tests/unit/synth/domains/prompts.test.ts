// What a model is told: all that was drawn, each domain's own words, the language wanted. The sixty prompts stand in
// tests/fixtures/domains; `npx vitest run -u tests/unit/synth/domains/prompts` writes them again.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDomains } from "../../../../src/synth/domains/catalogue.ts";
import { allSubdomains, type Domain } from "../../../../src/synth/domains/domain.ts";
import { canBeTold, isInOther, languageNamed } from "../../../../src/synth/domains/languages.ts";
import { rowRequest, scenarioOf } from "../../../../src/synth/domains/row-request.ts";
import { findPrompt, shippedPrompts } from "../../../../src/synth/make/prompts.ts";
import { partsOf } from "../../../support/domain-rows.ts";
import { makeFolder } from "../../../support/folders.ts";

const domains = loadDomains({ FT_HOME: "/nowhere" });
const task = { row: 0, draw: 0 };

interface Written {
  domain: Domain;
  name: string;
  text: string;
}

function written(format = "chat", language = "en"): Written[] {
  return domains.all().flatMap((domain) =>
    domain.subdomains.map((subdomain) => {
      const parts = partsOf({ domain: domain.key, subdomain: subdomain.key, format, language });
      const { system, prompt } = rowRequest(task, 0, parts);
      return { domain, name: `${domain.key}/${subdomain.key}`, text: `${system}\n\n${prompt}` };
    }),
  );
}

test.each(domains.all().map(({ key }) => key))("the five prompts of %s", async (key) => {
  const own = written().filter(({ domain }) => domain.key === key);
  const text = own.map((one) => `=== ${one.name}\n\n${one.text}\n`).join("\n");
  await expect(text).toMatchFileSnapshot(`../../../fixtures/domains/${key}.txt`);
});

const plain = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Sequences of four words. */
function sequences(text: string, names: ReadonlySet<string>): Set<string> {
  const words = plain(text).filter((word) => !names.has(word));
  return new Set(words.slice(3).map((_, at) => words.slice(at, at + 4).join(" ")));
}

function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((one) => b.has(one)).length;
  return shared / (a.size + b.size - shared);
}

test("the sixty prompts differ in more than names: at most 0.6 alike, 0.85 within a domain", () => {
  const all = written();
  expect(all).toHaveLength(60);
  const names = new Set(
    domains
      .all()
      .flatMap((domain) => [domain.name, ...allSubdomains(domain).map(({ name }) => name)])
      .flatMap(plain),
  );
  const sets = all.map(({ text }) => sequences(text, names));
  for (const [at, one] of all.entries()) {
    for (const [other, another] of all.entries()) {
      if (other >= at) continue;
      const alike = similarity(sets[at]!, sets[other]!);
      const bound = one.domain === another.domain ? 0.85 : 0.6;
      expect(alike, `${one.name} and ${another.name}`).toBeLessThan(bound);
    }
  }
});

test.each(["chat", "instruction"])(
  "%s: every parameter and its value, the context and the focus stand in the prompt",
  (format) => {
    for (const domain of domains.all()) {
      for (const subdomain of allSubdomains(domain)) {
        const parts = partsOf({ domain: domain.key, subdomain: subdomain.key, format });
        const seen = new Map(domain.parameters.map(({ name }) => [name, new Set<string>()]));
        for (let row = 0; row < 40; row++) {
          const { system, prompt } = rowRequest({ row, draw: 0 }, 0, parts);
          expect(system).toContain(domain.context);
          expect(system).toContain(domain.answers);
          expect(prompt).toContain(subdomain.focus);
          const { values } = scenarioOf({ row, draw: 0 }, parts);
          for (const { name, says, values: known } of domain.parameters) {
            const value = known.find((one) => one.name === values[name])!;
            expect(prompt).toContain(`- ${says}: ${value.says}\n`);
            seen.get(name)!.add(value.name);
          }
        }
        // and not always the same
        for (const found of seen.values()) expect(found.size).toBeGreaterThan(1);
      }
    }
  },
);

test.each([
  ["de", "German", "Schreibe den gesamten Text auf Deutsch.", "1.234,5; 27. November 2026; 14:30"],
  ["fr-CA", "Canadian French", "Écris tout le texte en français.", "27 novembre 2026"],
  ["ja", "Japanese", "全文を日本語で書いてください。", "2026年11月27日"],
  ["pt-BR", "Brazilian Portuguese", "Escreva todo o texto em português do Brasil.", "1.234,5"],
  ["ar", "Arabic", "اكتب النص كله بالعربية الفصحى.", "2026"],
])("%s is asked for in words of its own, with its own conventions", (tag, name, own, formats) => {
  const english = rowRequest(task, 0, partsOf({ language: "en" })).prompt;
  for (const format of ["chat", "instruction"]) {
    const { prompt } = rowRequest(task, 0, partsOf({ language: tag, format }));
    expect(prompt).toContain(`in ${name}; do not mix languages.`);
    expect(prompt).toContain(own);
    expect(prompt).toContain(formats);
    expect(prompt).toContain(languageNamed(tag).keeps);
    expect(prompt).not.toContain("Write the whole text in English.");
  }
  expect(english).toContain("Write the whole text in English.");
});

test("any tag of BCP 47 and English names are taken; what is neither is refused", () => {
  const names = ["gsw", "DE-at", "zh_Hant", "German", "Swahili", "sr-Latn-RS", "nb"];
  expect(names.map((name) => languageNamed(name)).map(({ tag, name }) => [tag, name])).toEqual([
    ["gsw", "Swiss German"],
    ["de-AT", "Austrian German"],
    ["zh-Hant", "Traditional Chinese"],
    ["de", "German"],
    ["sw", "Swahili"],
    ["sr-Latn-RS", "Serbian (Latin, Serbia)"],
    ["nb", "Norwegian Bokmål"],
  ]);
  expect(languageNamed("gsw")).toMatchObject({ write: undefined });
  expect(rowRequest(task, 0, partsOf({ language: "gsw" })).prompt).toContain("in Swiss German;");
  for (const wrong of ["", "deutsch!", "Klingonese", "d"]) {
    expect(() => languageNamed(wrong)).toThrow(/is not a language/);
  }
});

const texts = {
  de: "Mein Drucker druckt seit gestern nicht mehr, obwohl ich ihn schon zweimal neu gestartet habe. Was kann ich tun?",
  en: "My printer has not printed since yesterday although I have restarted it twice already. What can I do about it?",
  fr: "Mon imprimante n'imprime plus depuis hier, bien que je l'aie déjà redémarrée deux fois. Que puis-je faire ?",
  nb: "Skriveren min har ikke skrevet ut siden i går, selv om jeg har startet den på nytt to ganger. Hva kan jeg gjøre?",
  ja: "昨日からプリンターが印刷しません。二回も再起動したのですが、どうすればよいでしょうか。",
  id: "Pencetak saya tidak dapat mencetak sejak kemarin meskipun saya sudah menyalakannya ulang dua kali. Apa yang harus saya lakukan?",
};

const said = (user: string, assistant: string) => [
  { role: "user" as const, content: user },
  { role: "assistant" as const, content: assistant },
];

test("a row of which one side is in another language is told from one in the language wanted", () => {
  const all = Object.entries(texts);
  for (const [tag, own] of all) {
    expect(canBeTold({ tag })).toBe(true);
    for (const [other, text] of all) {
      expect(isInOther(said(own, text), { tag })).toBe(other !== tag);
      expect(isInOther(said(text, own), { tag })).toBe(other !== tag);
    }
    const code = "```python\nfor item in items_of_the_list:\n    print(item, end=' ')\n```";
    expect(isInOther(said(own, `${own}\n${code}`), { tag })).toBe(false);
    expect(isInOther(said("OK!", code), { tag })).toBe(false);
  }
  expect(canBeTold({ tag: "gsw" })).toBe(false);
});

test("what was wrong with the last answer is said in the next request, and nothing else differs", () => {
  const parts = partsOf({});
  const first = rowRequest(task, 0, parts);
  const next = rowRequest(task, 1, parts, { problem: "no JSON in the answer", text: "Sure! Here" });
  expect(first.prompt).not.toContain("did not count");
  expect(next.prompt.startsWith(first.prompt)).toBe(true);
  expect(next.prompt.slice(first.prompt.length)).toContain(
    'did not count: no JSON in the answer. Answer once more, with the JSON alone. It began: "Sure! Here"',
  );
  expect(next.seed).not.toBe(first.seed);
  expect(rowRequest(task, 0, parts)).toEqual(first);
});

test("prompts are files that a user can edit; a place that is not known is named", () => {
  const folder = makeFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "domain-chat.md"),
    "## Prompt\n\nOnly {{focus}} in {{language}}, {{topic}}",
  );
  const places = ["focus", "language", "topic"];
  const prompt = findPrompt("domain-chat", [folder, shippedPrompts()], places);
  const parts = { ...partsOf({ language: "de" }), prompt };
  const topics = { ...parts.settings, topics: ["rain", "tea"] };
  expect(rowRequest({ row: 1, draw: 0 }, 0, { ...parts, settings: topics })).toMatchObject({
    system: "",
    prompt: `Only ${parts.subdomain.focus} in German, tea`,
  });
  expect(() => findPrompt("domain-chat", [folder], ["focus"])).toThrow(
    "{{language}} is not a placeholder",
  );
});
