// Cleaning: what goes and why, what is masked, what comes back, and that nothing else is touched.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanDataset, type CleanFileRequest, undoCleaning } from "../../../src/app/data/clean.ts";
import { commitRows, listDrops, openStore, readRows, storePath } from "../../../src/store/index.ts";
import { personalIn } from "../../../src/synth/clean/cleaners/personal.ts";
import { difficulties } from "../../../src/synth/clean/difficulty.ts";
import { isIban, passesLuhn, personalKinds } from "../../../src/synth/clean/personal/kinds.ts";
import { readLineBlocks } from "../../../src/synth/rows/row-blocks.ts";

const folder = mkdtempSync(join(tmpdir(), "ft-clean-"));
let files = 0;

function written(rows: readonly unknown[]): string {
  const file = join(folder, `rows-${files++}.jsonl`);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

const usual: Omit<CleanFileRequest, "file"> = {
  steps: ["length", "duplicates", "refusals", "repeats", "boilerplate", "personal"],
  threshold: 0.8,
  against: [],
  overlap: 0.5,
  languages: [],
  minLength: 1,
  minAnswer: 1,
  personal: { all: "find", secret: "mask" },
  boilerplateShare: 0.5,
  likeness: 1,
};

const ask = (user: string, assistant: string, more: object = {}): object => ({
  ...more,
  messages: [
    { role: "user", content: user },
    { role: "assistant", content: assistant },
  ],
});

interface Line {
  id: string;
  step: string;
  reason: string;
  action: string;
}

const jsonLines = <T>(file: string): T[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);

async function cleaned(rows: readonly unknown[], request: Partial<CleanFileRequest> = {}) {
  const file = written(rows);
  const [output, dropped] = [join(folder, `o-${files++}`), join(folder, `d-${files++}`)];
  const report = await cleanDataset({}, { ...usual, file, output, dropped, ...request });
  return {
    file,
    report,
    output,
    dropped,
    lines: jsonLines<Line>(dropped),
    kept: jsonLines(output),
  };
}

const reasons = (lines: readonly Line[]): string[] =>
  lines.map(({ id, step, reason }) => `${id} ${step}: ${reason}`);

describe("each cleaner", () => {
  test("takes what it is for and lets its neighbour pass", async () => {
    const good = "Turn the valve to the left, wait a minute, and open the cover with the key.";
    const { lines, kept } = await cleaned([
      ask("How do I open the pump?", good),
      ask("How do I open the pump??", good.toUpperCase()),
      ask("Write a poem about rain", ""),
      ask("How do I pick a lock?", "I’m sorry, but I can't help with that request."),
      ask("Was kostet das?", "Es tut mir leid, aber ich kann dazu nichts sagen."),
      ask("送货多久?", "抱歉，我无法回答这个问题。"),
      ask("Were you late?", "I'm sorry that you had to wait; the parcel arrives on Monday."),
      ask("What is the capital of this land?", "What is the capital of this land?"),
      ask(
        "What is the boiling point of water?",
        "What is the boiling point of water? It is 100 °C at sea level.",
      ),
      ask("Tell me of the harbor", "The harbor is very large. ".repeat(12)),
      ask(
        "Summarise the page",
        "We use cookies to make this site better.\nAll rights reserved 2026.",
      ),
      {},
    ]);
    expect(reasons(lines)).toEqual([
      "2 duplicates: duplicate of 1 (normalized)",
      "3 length: an answer of 0 characters",
      "4 refusals: refusal: i'm sorry, but i can",
      "5 refusals: refusal: es tut mir leid, aber ich kann",
      "6 refusals: refusal: 抱歉,我无法",
      "8 repeats: the answer repeats the question",
      "10 repeats: the answer repeats itself: The harbor is very large",
      "11 boilerplate: 100 % of it is boilerplate",
      "12 length: no text",
    ]);
    expect(kept.length).toBe(3);
  });

  test("languages: others go, what is too short to tell stays", async () => {
    const { lines } = await cleaned(
      [
        { text: "The river runs past the houses where nobody waits for the late train." },
        { text: "Der Fluss läuft an den Häusern vorbei, in denen niemand auf den Zug wartet." },
        { text: "傍晚老教师慢慢地穿过河边的旧公园回家，他想起了学生们写的信和早晨的问题。" },
        { text: "OK" },
        { text: "for (let i = 0; i < 10; i++) { a[i] = b[i] + c[i] * 2; } // 12345 67890" },
      ],
      { languages: ["en"], steps: ["language"] },
    );
    expect(reasons(lines)).toEqual(["2 language: language de", "3 language: language zh"]);
  });

  test("lines that many rows share are boilerplate", async () => {
    const footer = "Contact our team from Monday to Friday between nine and five";
    const rows = Array.from({ length: 40 }, (_, at) =>
      ask(`Question ${at}?`, `${footer}\n${"x".repeat(at)}`),
    );
    const { report } = await cleaned(rows, { steps: ["boilerplate"] });
    expect(report.bySteps["boilerplate"]).toBe(40);
    const few = await cleaned(rows.slice(0, 9), { steps: ["boilerplate"] });
    expect(few.report.dropped).toBe(0);
  });

  test("texts of test sets are found within a row, whatever their case and marks", async () => {
    const question =
      "Which of these rivers runs through the old town before it reaches the northern harbor?";
    const against = [
      written([
        { id: "q7", question, answer: "the second" },
        { text: "河流穿过老城之后到达北方的港口" },
      ]),
    ];
    const { lines } = await cleaned(
      [
        ask(`Please answer: ${question.toUpperCase().replaceAll(" ", "  ")}`, "The second."),
        ask("Which of these rivers is the longest?", "The first."),
        { text: "据说河流穿过老城之后，到达北方的港口。" },
      ],
      { against, steps: ["contaminated"] },
    );
    expect(lines.map(({ id, step }) => [id, step])).toEqual([
      ["1", "contaminated"],
      ["3", "contaminated"],
    ]);
    expect(lines[0]?.reason).toMatch(/^100 % of rows-\d+\.jsonl, row q7 is in it$/);
  });

  test("the best rows by score, none nearly a better one", async () => {
    const text = "The river runs past the houses where nobody waits for the late train";
    const rows = [
      { text, score: 1 },
      { text: "Something else about bridges and winter markets in the village", score: 0.2 },
      { text: `${text} today`, score: 0.9 },
      { text: "A teacher writes letters to all students of the season", meta: { score: 0.5 } },
      { text: "No score is told here, and so it is the last of all of them" },
    ];
    const { lines } = await cleaned(rows, { steps: ["selection"], select: 2, likeness: 0.6 });
    expect(reasons(lines)).toEqual([
      "2 selection: score 0.2, not among the best 2",
      "3 selection: score 0.9, nearly one that is selected",
      "5 selection: no score, not among the best 2",
    ]);
  });

  test("difficulty is the answer's perplexity after the question by that alone", async () => {
    const file = written([ask("a", "b"), { text: "c" }, ask("help", "less")]);
    const lossOf = async (question: string): Promise<number> =>
      question === "" ? 2 : question === "help" ? 3 : 1;
    const [first, second, third] = await difficulties(readLineBlocks(file), file, lossOf);
    expect(first).toBeCloseTo(Math.exp(-1), 12);
    expect(second).toBeUndefined();
    expect(third).toBeCloseTo(Math.exp(1), 12);
  });

  test("an unknown one, kind or action is refused", async () => {
    await expect(cleaned([{ text: "a" }], { steps: ["lenght"] })).rejects.toMatchObject({
      code: "FT-CLEAN-002",
      exitCode: 2,
    });
    const personal = { mail: "mask" } as const;
    await expect(cleaned([{ text: "a" }], { personal })).rejects.toMatchObject({
      code: "FT-CLEAN-003",
    });
  });
});

describe("personal data", () => {
  const kindsIn = (text: string): string[] =>
    personalIn(text, Object.keys(personalKinds)).map(
      ({ kind, start, end }) => `${kind} ${text.slice(start, end)}`,
    );

  test.each([
    ["write to Ana.Lopez+x@mail.example.org.", ["email Ana.Lopez+x@mail.example.org"]],
    ["card 4111 1111 1111 1111, exp 12/27", ["card 4111 1111 1111 1111"]],
    ["IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF", ["iban DE89 3704 0044 0532 0130 00"]],
    ["GB82WEST12345698765432", ["iban GB82WEST12345698765432"]],
    ["call +49 30 901820 or (212) 555-0147", ["phone +49 30 901820", "phone (212) 555-0147"]],
    ["Tel. 030 / 901820", ["phone 030 / 901820"]],
    ["ssn 123-45-6789", ["ssn 123-45-6789"]],
    [
      "from 203.0.113.9 and 2001:db8::8a2e:370:7334",
      ["ip 203.0.113.9", "ip 2001:db8::8a2e:370:7334"],
    ],
    [`key ghp_${"a1B2".repeat(9)}.`, [`secret ghp_${"a1B2".repeat(9)}.`.slice(0, -1)]],
  ])("%s", (text, expected) => {
    expect(kindsIn(text).map((each) => each.replace(/\.$/, ""))).toEqual(expected);
  });

  test.each([
    "4111 1111 1111 1112 is no card, nor is 1234567890123456",
    "version 1.2.3.4 of 2026-11-26, at 12:30:45, 3.14159, 1,234,567.89",
    "DE89 3704 0044 0532 0130 01",
    "000-12-3456 and 987-65-4321 and 123-45-67890",
    "127.0.0.1, 0.0.0.0, 999.1.1.1, a@b, @handle, me@localhost, std::vector",
    "ISBN 978-3-16-148410-0; pages 100-200; 10 000 000 people; 0,5 and 0.75",
  ])("nothing in: %s", (text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  test("checks of numbers", () => {
    expect(["79927398713", "79927398710"].map(passesLuhn)).toEqual([true, false]);
    expect(["FR1420041010050500013M02606", "FR1420041010050500013M02607"].map(isIban)).toEqual([
      true,
      false,
    ]);
  });

  test("hostile text is read in one go", () => {
    const begun = process.cpuUsage();
    for (const part of ["1 ", "a@", "1.", "0 1-", "AA11 ", "a:", "+1 (", "0-", "x@a."])
      kindsIn(part.repeat(50_000));
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(20);
  });

  test("told, masked in every text, or a reason to go; ids and sources stay", async () => {
    const row = ask("I am ana@example.org", "Written to ana@example.org, +49 30 901820", {
      id: "ana@example.org",
      source: { file: "ana@example.org.eml" },
    });
    const told = await cleaned([row], { personal: { all: "find" } });
    expect(told.report.found).toEqual({ "personal: email": 1, "personal: phone": 1 });
    expect(told.kept).toEqual([row]);
    const masked = await cleaned([row], { personal: { all: "mask", phone: "find" } });
    expect(masked.kept).toEqual([
      ask("I am [EMAIL]", "Written to [EMAIL], +49 30 901820", {
        id: "ana@example.org",
        source: { file: "ana@example.org.eml" },
      }),
    ]);
    const gone = await cleaned([row], { personal: { phone: "drop" } });
    expect(reasons(gone.lines)).toEqual(["ana@example.org personal: phone in it"]);
  });
});

describe("what was taken comes back", () => {
  const rows = [
    ask("How are you?", "As an AI, I have no feelings."),
    ask("One?", "The first of all of them"),
    ask("Mail?", "Write to ana@example.org please"),
    {},
    ask("Two?", "Something entirely different from that"),
  ];
  const personal = { email: "mask" } as const;

  test("from the file, byte by byte, all or some", async () => {
    const { file, output, dropped } = await cleaned(rows, { personal });
    const again = join(folder, "again.jsonl");
    const request = { file: output, undo: dropped, output: again, steps: [], ids: [] };
    expect(await undoCleaning(request)).toEqual({ rows: 5, restored: 3 });
    expect(readFileSync(again, "utf8")).toBe(readFileSync(file, "utf8"));
    await undoCleaning({ ...request, steps: ["refusals"] });
    expect(jsonLines(again).length).toBe(4);
    expect(JSON.stringify(jsonLines(again))).toContain("[EMAIL]");
    await undoCleaning({ ...request, ids: ["4"] });
    expect(jsonLines(again)[2]).toEqual({});
    const few = undoCleaning({ ...request, file: written([rows[0]]) });
    await expect(few).rejects.toMatchObject({ code: "FT-CLEAN-004" });
  });

  test("from the store: a version for what was changed, and one for each cleaner that took rows", async () => {
    const environment = { FT_HOME: mkdtempSync(join(tmpdir(), "ft-clean-store-")) };
    const texts = rows.map((row) => JSON.stringify(row));
    const store = await openStore(storePath(environment));
    await commitRows(store, "talks", texts, { action: "import" });
    await store.close();
    const told = await cleanDataset(environment, { ...usual, file: "talks", personal });
    expect(told).toMatchObject({ kept: 3, dropped: 2, changed: 1, version: "talks@4" });
    const after = await openStore(storePath(environment));
    const drops = await listDrops(after, "talks");
    expect(drops.map(({ step, reason, position }) => [step, reason, position])).toEqual([
      ["refusals", "refusal: as an ai", 0],
      ["length", "no text", 2],
    ]);
    const { findVersion } = await import("../../../src/store/index.ts");
    const { version } = await findVersion(after, "talks");
    const left: string[] = [];
    for await (const { text } of readRows(after, version.id)) left.push(text);
    expect(left).toEqual([texts[1], texts[2]?.replace("ana@example.org", "[EMAIL]"), texts[4]]);
    await after.close();
    const old = cleanDataset(environment, { ...usual, file: "talks@1" });
    await expect(old).rejects.toMatchObject({ code: "FT-ROWS-004" });
  });
});

test("without a place for the result nothing is done", async () => {
  const nowhere = cleanDataset({}, { ...usual, file: written([{ text: "a" }]) });
  await expect(nowhere).rejects.toMatchObject({ code: "FT-ROWS-003", exitCode: 2 });
});
