// Rows of a domain over a scripted service: three attempts with what was wrong, duplicates drawn again, a shortfall told,
// a job that goes on; rows, their counts and the set in step.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { generateRows, type GenerateTalk } from "../../../../src/app/generation/generate-rows.ts";
import { generationStatus } from "../../../../src/app/generation/generation-row.ts";
import { GenerationParameters } from "../../../../src/app/generation/parameters.ts";
import { runJobs } from "../../../../src/app/jobs/run-jobs.ts";
import { submitJob } from "../../../../src/app/jobs/submit.ts";
import { withStore } from "../../../../src/app/store/with-store.ts";
import { failuresOf, listJobs, readJob } from "../../../../src/store/index.ts";
import { listExamples, readDataset } from "../../../../src/store/platform/index.ts";
import type { Coverage } from "../../../../src/synth/domains/coverage.ts";
import { canaryDocuments } from "../../../support/canary-documents.ts";
import {
  closedGate,
  FakeProvider,
  type FakeRequest,
  type FakeScript,
} from "../../../support/fake-provider.ts";
import { makeFolder } from "../../../support/folders.ts";

const words =
  "apple river stone cloud window garden letter silver market harbour winter candle mirror forest engine bridge";

/** A text of its own for each number. */
function textOf(number: number, side: string): string {
  const all = words.split(" ");
  return Array.from(
    { length: 12 },
    (_, at) => all[(number * 7 + at * (number % 5) + at) % all.length],
  )
    .concat([side, `case ${number}`])
    .join(" ");
}

const chatRow = (number: number, messages: number): string =>
  JSON.stringify({
    messages: Array.from({ length: messages }, (_, at) => ({
      role: at % 2 === 0 ? "user" : "assistant",
      content: textOf(100 * number + at, at % 2 === 0 ? "asked" : "answered"),
    })),
  });

/** What a request was asked with. */
function promptOf({ body }: FakeRequest): string {
  const messages = body["messages"] as { content: string }[];
  return messages.at(-1)?.content ?? "";
}

/** As many messages as the prompt says. */
const wanted = (request: FakeRequest): number =>
  Number(/so (\d+) messages/.exec(promptOf(request))?.[1]);

const good: FakeScript = (request) => ({ text: chatRow(request.number, wanted(request)) });

interface Row {
  messages: { role: string; content: string }[];
  metadata: Record<string, unknown>;
}

async function place(script: FakeScript = good) {
  const folder = makeFolder();
  const fake = await FakeProvider.start(script);
  const environment = { FT_HOME: join(folder, "home"), OPENAI_API_KEY: "none" };
  const parametersOf = (own: Partial<GenerationParameters>): GenerationParameters =>
    GenerationParameters.parse({
      ...{ domain: "Customer Support", subdomain: "Technical Support", count: 5, seed: 3 },
      ...{ provider: "openai", models: ["gpt-4o-mini"], baseUrl: fake.origin, ...own },
    });
  const output = join(folder, "rows.jsonl");
  const coverage = join(folder, "coverage.json");
  const generate = async (
    own: Partial<GenerationParameters> = {},
    talk: GenerateTalk = {},
    budget?: number,
  ) =>
    await generateRows(
      { parameters: parametersOf(own), output, coverage, budget },
      environment,
      talk,
    );
  const rows = (): Row[] =>
    readFileSync(output, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Row);
  return { fake, environment, parametersOf, generate, rows, output, coverage };
}

test("rows of a domain, each with what it is about, in a dataset and a file", async () => {
  const { fake, environment, generate, rows, output, coverage } = await place();
  const told = await generate({ count: 12, system: "You help." });
  expect(told).toMatchObject({
    ...{ rows: 12, calls: 12, domain: "support", subdomain: "technical_support" },
    ...{
      shortfall: { count: 0, reasons: [] },
      drawnAgain: 0,
      yieldPer100: 100,
      status: "completed",
    },
  });
  expect(told.costUsd).toBeCloseTo(fake.bill.cost / 1e9, 12);
  expect(rows()).toHaveLength(12);
  for (const { messages, metadata } of rows()) {
    const [system, ...turns] = messages;
    expect(system).toEqual({ role: "system", content: "You help." });
    expect(metadata).toMatchObject({
      domain: "support",
      subdomain: "technical_support",
      complexity_level: expect.stringMatching(/^(?:simple|medium|complex)$/) as string,
      communication_style: expect.any(String) as string,
      emotional_tone: expect.any(String) as string,
      channel: expect.stringMatching(/^(?:chat|email|phone)$/) as string,
      exchanges: turns.length / 2,
      language: "en",
      model: "gpt-4o-mini",
    });
  }
  await withStore(environment, async (store) => {
    const dataset = await readDataset(store, told.dataset);
    expect(dataset).toMatchObject({ format: "chat", exampleCount: 12, domain: "Customer Support" });
    expect(basename(dataset.filePath)).toMatch(/^customer_support_\d{8}_\d{6}\.jsonl$/);
    expect(readFileSync(dataset.filePath, "utf8")).toBe(readFileSync(output, "utf8"));
    const { examples, total } = await listExamples(store, told.dataset, { limit: 50 });
    expect(total).toBe(12);
    expect(examples.map(({ content }) => content)).toEqual(rows());
    const job = await readJob(store.db, told.job);
    expect(await generationStatus(store, job)).toMatchObject({
      ...{ status: "completed", generated: 12, requested: 12, errors: [], datasetId: told.dataset },
    });
    const shown = await store.db.selectFrom("generation_jobs").selectAll().execute();
    expect(shown).toMatchObject([{ status: "completed", examples_generated: 12, errors: "[]" }]);
  });
  const report = JSON.parse(readFileSync(coverage, "utf8")) as Coverage;
  expect(report).toMatchObject({ domain: "support", drawn: 12, rows: 12 });
  for (const { values } of report.parameters) {
    expect(values.map((one) => one.rows)).toEqual(values.map((one) => one.drawn));
  }
});

test("instruction rows", async () => {
  const { generate, rows, fake } = await place((request) => ({
    text: JSON.stringify({
      instruction: textOf(request.number, "do"),
      output: textOf(request.number + 50, "done"),
    }),
  }));
  const told = await generate({ format: "instruction", domain: "coaching", subdomain: "life" });
  expect(told).toMatchObject({ rows: 5, calls: 5 });
  for (const row of rows() as unknown as {
    instruction: string;
    output: string;
    metadata: object;
  }[]) {
    expect(Object.keys(row)).toEqual(["instruction", "output", "metadata"]);
    expect(row.metadata).toMatchObject({ domain: "coaching", exchanges: 1 });
  }
  expect(promptOf(fake.requests[0]!)).toContain("Write one instruction and its output: Life.");
});

test("two bad answers and a good one are one row; what was wrong is told the model", async () => {
  const { fake, generate, rows } = await place((request) => {
    if (request.number % 3 === 1) return { text: "Sure, I will write one." };
    if (request.number % 3 === 2) return { text: chatRow(request.number, 16) };
    return good(request);
  });
  const told = await generate({ count: 1, concurrency: 1 });
  expect(told).toMatchObject({ rows: 1, calls: 3, shortfall: { count: 0 } });
  expect(told.rejected.map(({ code, count }) => [code, count]).toSorted()).toEqual([
    ["no_json", 1],
    ["too_many_messages", 1],
  ]);
  const [first, second, third] = fake.requests.map(promptOf);
  expect(first).not.toContain("did not count");
  expect(second).toContain("did not count: no JSON in the answer.");
  expect(second).toContain('It began: "Sure, I will write one."');
  expect(third).toContain("did not count: more messages than asked for.");
  expect(rows()).toHaveLength(1);
});

test("three bad answers: no row, and the error is recorded", async () => {
  let bad = 0;
  const { environment, generate } = await place((request) => {
    // the row that is asked for first never comes
    const isFirst = promptOf(request).includes("number 1 of many");
    if (!isFirst) return good(request);
    bad++;
    return { text: '{"messages": [{"role": "user", "content": "cut' };
  });
  const told = await generate({ count: 4 });
  expect(bad).toBe(3);
  expect(told).toMatchObject({ rows: 3, calls: 6, status: "completed", shortfall: { count: 1 } });
  expect(told.shortfall.reasons).toEqual([
    { code: "cut", count: 3, message: "the answer ends before its JSON does" },
  ]);
  await withStore(environment, async (store) => {
    const status = await generationStatus(store, await readJob(store.db, told.job));
    expect(status).toMatchObject({ status: "completed", generated: 3, requested: 4 });
    expect(status?.errors).toHaveLength(1);
    expect(status?.errors[0]).toMatch(
      /^row-0: none of 3 answers was accepted: the answer ends before/,
    );
  });
});

test("a job of which no row came has failed and says why; tried again it asks anew, and nobody else is given its answers", async () => {
  const { fake, environment, generate } = await place((request) => ({
    text: promptOf(request).includes("number 1 of many") ? chatRow(1, 60) : "I would rather not.",
  }));
  const own = { count: 3, tries: 2, concurrency: 1 };
  const told = await generate(own);
  expect(told).toMatchObject({ status: "failed", rows: 0, calls: 6, shortfall: { count: 3 } });
  await withStore(environment, async (store) => {
    const job = await readJob(store.db, told.job);
    const words =
      "nothing came of any of its 3 units: 2 × none of 2 answers was accepted: no JSON in the answer; " +
      "1 × none of 2 answers was accepted: more messages than asked for. ft jobs retry";
    expect(job.error).toContain(words);
    expect(job.units).toEqual({ total: 3, done: 3, failed: 0 });
    expect(await generationStatus(store, job)).toMatchObject({ status: "failed", generated: 0 });
    expect((await generationStatus(store, job))?.errors).toHaveLength(3);
    const failures = await failuresOf(store, job.id);
    expect(failures.map(({ key, status }) => `${key} ${status}`)).toEqual([
      ...["row-0 done", "row-1 done", "row-2 done"],
    ]);
    expect(failures.every(({ reason, at }) => reason.startsWith("none of") && at > 0)).toBe(true);
    expect(await store.db.selectFrom("answers").selectAll().execute()).toEqual([]);
  });
  fake.script = good;
  const again = await generate(own);
  expect(again).toMatchObject({ job: told.job, status: "completed", rows: 3, calls: 9 });
  await withStore(environment, async (store) => {
    const job = await readJob(store.db, told.job);
    expect([job.error, job.units]).toEqual([null, { total: 3, done: 3, failed: 0 }]);
    expect(await generationStatus(store, job)).toMatchObject({ errors: [], generated: 3 });
  });
});

test("of a row that came after bad answers the good one alone is kept for others", async () => {
  const { environment, generate } = await place((request) =>
    request.number === 1 ? { text: "Sure, I will write one." } : good(request),
  );
  expect(await generate({ count: 1, concurrency: 1 })).toMatchObject({ rows: 1, calls: 2 });
  await withStore(environment, async (store) => {
    const kept = await store.db.selectFrom("answers").select("answer").execute();
    expect(kept).toHaveLength(1);
    expect(kept[0]?.answer).not.toContain("Sure, I will");
  });
});

test.each([
  ["prose", (row: string) => `Here is the row you asked for:\n\n${row}\n\nAnything else?`],
  ["a fence", (row: string) => "```json\n" + row + "\n```"],
  ["thoughts", (row: string) => `<think>{"messages": ...}</think>${row}`],
  ["a list", (row: string) => `[${row}]`],
  ["a comma too many", (row: string) => row.replace(/\}\]\}$/, "},]}")],
])("JSON is found in %s", async (_, around) => {
  const { generate, rows } = await place((request) => ({ text: around(good(request).text!) }));
  expect(await generate({ count: 2 })).toMatchObject({ rows: 2, calls: 2 });
  expect(rows()).toHaveLength(2);
});

test("rows that say what another says are drawn again, and the shortfall is told", async () => {
  const { fake, generate, rows } = await place((request) => ({
    text:
      request.number <= 2 ? chatRow(request.number, wanted(request)) : chatRow(1, wanted(request)),
  }));
  const own = { count: 4, concurrency: 1, domain: "research", subdomain: "findings" };
  const told = await generate(own);
  // a row may be drawn six times
  expect(told).toMatchObject({ rows: 2, calls: 14, drawnAgain: 10, shortfall: { count: 2 } });
  expect(told.shortfall.reasons).toMatchObject([{ code: "repeated", count: 12 }]);
  expect(rows()).toHaveLength(2);
  expect(new Set(fake.requests.map(promptOf)).size).toBeGreaterThan(4);
});

test("rows in another language than the one asked for do not count", async () => {
  const german =
    "Seit gestern Abend druckt mein Drucker nicht mehr, obwohl ich ihn zweimal neu gestartet habe, und morgen brauche ich";
  const english =
    "Since yesterday evening my printer has not printed at all although I restarted it twice, and tomorrow I need the";
  const { generate, rows } = await place((request) => {
    const text = request.number % 2 === 1 ? english : german;
    const [asked, answered] = [
      `${text} Formular ${request.number}.`,
      `${text} Blatt ${request.number}!`,
    ];
    const messages = [
      { role: "user", content: asked },
      { role: "assistant", content: `${answered} Bitte prüfen.` },
    ];
    return { text: JSON.stringify({ messages }) };
  });
  const own = { domain: "creative", subdomain: "dialogue", count: 1, concurrency: 1 };
  const told = await generate({ ...own, language: "de" });
  expect(told).toMatchObject({ rows: 1, calls: 2, language: "de", isLanguageChecked: true });
  expect(told.rejected).toMatchObject([{ code: "other_language", count: 1 }]);
  expect(rows()[0]?.metadata["language"]).toBe("de");
});

test("broken off, the same command goes on; ended, it asks nothing; another seed is another job", async () => {
  // eight rows, and the rest once it has been broken off
  const stopped = closedGate();
  const { fake, environment, generate, rows } = await place((request) => ({
    ...good(request),
    ...(request.number > 8 && { after: stopped.opened }),
  }));
  const stop = new AbortController();
  const onProgress: GenerateTalk["onProgress"] = ({ units }) => {
    if (units.done <= 3) return;
    stop.abort();
    stopped.open();
  };
  const own = { count: 40, concurrency: 2 };
  await expect(generate(own, { signal: stop.signal, onProgress })).rejects.toMatchObject({
    exitCode: 130,
  });
  await withStore(environment, async (store) => {
    expect(await listJobs(store)).toMatchObject([{ kind: "generation", status: "paused" }]);
  });
  const told = await generate(own);
  expect(told).toMatchObject({ rows: 40, shortfall: { count: 0 } });
  expect(rows()).toHaveLength(40);
  // what is asked again had been in flight when it was broken off: two at once, at most
  expect(told.callsBy).toMatchObject({ answered: 40, failed: 0 });
  expect(told.callsBy.lost).toBeLessThanOrEqual(2);
  expect(fake.bill.paid - told.callsBy.answered).toBeLessThanOrEqual(told.callsBy.lost);
  const asked = fake.bill.requests;
  expect(asked).toBeLessThanOrEqual(told.calls);
  expect(await generate(own)).toMatchObject({ rows: 40, job: told.job, costUsd: told.costUsd });
  expect(fake.bill.requests).toBe(asked);
  expect((await generate({ ...own, count: 2, seed: 4 })).job).not.toBe(told.job);
});

test("a budget is kept to and told; with more the same command goes on", async () => {
  const { generate } = await place();
  const own = { count: 30, maxTokens: 500 };
  const first = await generate(own, {}, 0.003);
  expect(first.rows).toBeLessThan(30);
  expect(first.costUsd).toBeLessThanOrEqual(0.003);
  expect(first.shortfall.reasons[0]).toMatchObject({ code: "budget" });
  expect(await generate(own, {}, 10)).toMatchObject({ rows: 30, job: first.job });
});

test("a key that does not count stops the job and is told; mended, it goes on", async () => {
  const { fake, generate } = await place(() => ({
    status: 401,
    raw: '{"error":{"message":"no such key"}}',
  }));
  await expect(generate({ count: 20 })).rejects.toMatchObject({ code: /FT-PROVIDER/ });
  expect(fake.bill.requests).toBeLessThanOrEqual(10);
  fake.script = good;
  expect(await generate({ count: 20 })).toMatchObject({ rows: 20 });
});

test("put into the queue, it is done by any worker; progress is monotone", async () => {
  const { environment, parametersOf } = await place();
  const seen: number[] = [];
  const job = await withStore(environment, async (store) => {
    const made = await submitJob(store, "generation", parametersOf({ count: 15 }), { environment });
    expect(await generationStatus(store, made)).toMatchObject({ status: "pending", generated: 0 });
    return made;
  });
  const watching = new AbortController();
  const watched = withStore(environment, async (store) => {
    while (!watching.signal.aborted) {
      const status = await generationStatus(store, await readJob(store.db, job.id));
      seen.push(status?.generated ?? -1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  await runJobs(environment, { untilEmpty: true, every: 10 });
  watching.abort();
  await watched;
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  await withStore(environment, async (store) => {
    const status = await generationStatus(store, await readJob(store.db, job.id));
    expect(status).toMatchObject({ status: "completed", generated: 15, requested: 15 });
    const { exampleCount, filePath } = await readDataset(store, status!.datasetId!);
    expect(exampleCount).toBe(15);
    expect(readFileSync(filePath, "utf8").trimEnd().split("\n")).toHaveLength(15);
  });
});

test("what cannot be generated is refused before a job is made", async () => {
  const { environment, parametersOf } = await place();
  await withStore(environment, async (store) => {
    const submit = async (own: Partial<GenerationParameters>) =>
      await submitJob(store, "generation", { ...parametersOf({}), ...own }, { environment });
    await expect(submit({ domain: "alchemy" })).rejects.toMatchObject({ code: "FT-DOMAIN-002" });
    await expect(submit({ subdomain: "alchemy" })).rejects.toMatchObject({ code: "FT-DOMAIN-003" });
    await expect(submit({ language: "??" })).rejects.toMatchObject({ code: "FT-DOMAIN-004" });
    await expect(submit({ count: 0 })).rejects.toMatchObject({ code: "FT-JOB-007" });
    expect(await listJobs(store)).toEqual([]);
    expect(await store.db.selectFrom("datasets").selectAll().execute()).toEqual([]);
  });
});

test("topics that tell the model what to do bring no word of the prompt into rows", async () => {
  const { generate, rows } = await place((request) => {
    const prompt = promptOf(request);
    const [system] = request.body["messages"] as { content: string }[];
    const [topic] = canaryDocuments.filter(({ text }) => prompt.includes(text.trim().slice(-60)));
    const answer = topic?.obeys({ system: system?.content ?? "", prompt, others: "" }) ?? "";
    return { text: answer };
  });
  const topics = canaryDocuments.map(({ text }) => text);
  const told = await generate({ count: 20, topics, tries: 1 });
  expect(told.shortfall.reasons.map(({ code }) => code)).toEqual(
    expect.arrayContaining(["carries_prompt", "role_tags", "loops", "no_json"]),
  );
  const promptWords = /could have taken place just so|with json alone|details that others would/i;
  for (const { messages } of rows()) {
    const text = messages.map(({ content }) => content.replaceAll(/\p{Cf}/gu, "")).join(" ");
    expect(text).not.toMatch(promptWords);
    expect(messages.every((message) => Object.keys(message).join() === "role,content")).toBe(true);
  }
});
