// ft data create, hybrid, custom, scaffold and prices against a scripted service: counts, bills, consent, prompts, going
// on after a kill.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { MakeReport } from "../../src/app/data/making/made-output.ts";
import { at } from "../../src/providers/json.ts";
import { FakeProvider, type FakeScript, goodRow } from "../support/fake-provider.ts";
import { makeFolder } from "../support/folders.ts";
import {
  compiledProgram,
  type Ended,
  runProgram,
  startProgram,
  until,
} from "../support/program.ts";

interface Row {
  id: string;
  messages: { role: string; content: string; spans?: [number, number][] }[];
  source?: { file: string; span?: [number, number] };
  meta: Record<string, unknown>;
}

const documents = {
  "tea.md":
    "# Tea\n\nGreen tea is brewed at 80 degrees for two minutes, black tea with boiling water.\n",
  "rain.txt":
    "In Bergen it rains on two hundred and thirty nine days of the year, most of them in autumn.\n",
};

/** A folder with documents, and how `ft data` is run there against a service. */
async function place(script?: FakeScript) {
  const folder = makeFolder();
  mkdirSync(join(folder, "docs"));
  for (const [name, text] of Object.entries(documents))
    writeFileSync(join(folder, "docs", name), text);
  const fake = await FakeProvider.start(script);
  const none = { GOOGLE_API_KEY: undefined, GEMINI_API_KEY: undefined, OPENAI_API_KEY: undefined };
  const env = { ...none, FT_HOME: join(folder, "home"), OPENAI_BASE_URL: `${fake.origin}/v1` };
  const options = { cwd: folder, env };
  const ft = async (...words: string[]): Promise<Ended> =>
    await runProgram(["data", ...words], options);
  const rows = (file = "rows.jsonl"): Row[] =>
    readFileSync(join(folder, file), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Row);
  return { folder, fake, ft, rows, options };
}

const report = ({ stdout }: Ended): MakeReport => JSON.parse(stdout) as MakeReport;

const openai = ["--provider", "openai", "--model", "gpt-4o-mini", "-o", "rows.jsonl", "--json"];

test("create: the number asked for, each row with what it rests on, at the service's price", async () => {
  const { fake, ft, rows } = await place(({ key }) => ({ text: goodRow(key), delay: 20 }));
  const ended = await ft("create", "docs", "--count", "12", ...openai);
  expect(ended).toMatchObject({ code: 0 });
  const told = report(ended);
  expect(told).toMatchObject({ rows: 12, calls: 12, shortfall: { count: 0, reasons: [] } });
  expect(told.costUsd).toBeCloseTo(fake.bill.cost / 1e9, 12);
  expect(fake.bill.mostAtOnce).toBeLessThanOrEqual(5);
  expect(rows()).toHaveLength(12);
  expect(new Set(rows().map(({ id }) => id)).size).toBe(12);
  for (const { messages, source, meta } of rows()) {
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(meta).toMatchObject({ mode: "create", origin: "made", model: "gpt-4o-mini" });
    const [start, end] = source!.span!;
    const text = documents[source!.file.replace("docs/", "") as keyof typeof documents];
    const asked = fake.requests.some(({ body }) =>
      JSON.stringify(body).includes(JSON.stringify(text.slice(start, end).trim()).slice(1, -1)),
    );
    expect(asked).toBe(true);
  }
  for (const { body } of fake.requests) {
    expect(
      at(body, "response_format", "json_schema", "schema", "properties", "messages", "type"),
    ).toBe("array");
  }
});

test("create: an honest shortfall, with reasons and what it cost", async () => {
  const { fake, ft } = await place(({ number, key }) => ({
    text: number <= 3 ? goodRow(key) : "I'd rather not.",
  }));
  const ended = await ft("create", "docs", "--count", "8", ...openai);
  expect(ended.code).toBe(0);
  const told = report(ended);
  expect(told.shortfall.count).toBe(8 - told.rows);
  expect(told.shortfall.reasons[0]).toMatchObject({
    code: "no_json",
    message: "no JSON in the answer",
  });
  expect(told.calls).toBe(fake.bill.requests);
  expect(told.costUsd).toBeCloseTo(fake.bill.cost / 1e9, 12);
  const nothing = await place(() => ({ text: "no" }));
  expect(await nothing.ft("create", "docs", "--count", "2", ...openai)).toMatchObject({ code: 1 });
});

test("create killed with -9 goes on with the same command and pays nothing twice", async () => {
  const { fake, ft, rows, options } = await place(({ key }) => ({ text: goodRow(key), delay: 60 }));
  const words = ["create", "docs", "--count", "60", ...openai];
  for (const until_ of [8, 25]) {
    const started = startProgram(["data", ...words], options);
    await until(() => fake.bill.paid >= until_);
    started.process.kill("SIGKILL");
    await started.ended;
  }
  const told = report(await ft(...words));
  expect(told).toMatchObject({ rows: 60, shortfall: { count: 0 } });
  expect(rows()).toHaveLength(60);
  expect(told.calls).toBeGreaterThanOrEqual(fake.bill.requests);
  // what is asked again had been in flight at a kill
  expect(fake.bill.paid - told.callsBy.answered).toBeLessThanOrEqual(told.callsBy.lost);
  expect(told.callsBy).toMatchObject({ answered: 60, failed: 0 });
  expect(told.callsBy.lost).toBeLessThanOrEqual(10);
  // and again after its end: nothing is asked
  const before = fake.bill.requests;
  expect(report(await ft(...words))).toMatchObject({ rows: 60, costUsd: told.costUsd });
  expect(fake.bill.requests).toBe(before);
});

test("hybrid keeps all that was found and has the rest made", async () => {
  const { folder, fake, ft, rows } = await place();
  const pairs = Array.from(
    { length: 16 },
    (_, n) => `Q: What is thing ${n}?\nA: Thing ${n} is number ${n}.\n`,
  );
  writeFileSync(join(folder, "docs", "faq.txt"), pairs.join("\n"));
  const found = await ft("identify", "docs", "--no-model", "-o", "found.jsonl", "--json");
  expect(found.code).toBe(0);
  const count = rows("found.jsonl").length;
  expect(count).toBeGreaterThan(0);
  const told = report(await ft("hybrid", "docs", "--count", String(count + 24), ...openai));
  expect(told).toMatchObject({ rows: count + 24, found: count, made: 24, calls: 24 });
  const texts = (list: Row[]) => list.map(({ messages }) => messages.map(({ content }) => content));
  expect(texts(rows().slice(0, count))).toEqual(texts(rows("found.jsonl")));
  expect(rows()[0]?.messages[0]?.spans).toBeDefined();
  expect(rows().map(({ meta }) => meta["origin"])).toEqual([
    ...Array.from({ length: count }, () => "found"),
    ...Array.from({ length: 24 }, () => "made"),
  ]);
  // enough is there already: nothing is made and nothing dropped
  const before = fake.bill.requests;
  const enough = report(await ft("hybrid", "docs", "--count", "1", ...openai.with(5, "few.jsonl")));
  expect(enough).toMatchObject({ rows: count, made: 0, calls: 0, shortfall: { count: 0 } });
  expect(fake.bill.requests).toBe(before);
});

test("a made row that was found already does not count", async () => {
  const { folder, ft } = await place(({ number, key }) => ({
    text:
      number === 1
        ? JSON.stringify({
            messages: [
              { role: "user", content: "WHAT is tea" },
              { role: "assistant", content: "Leaves, in water!" },
            ],
          })
        : goodRow(key),
  }));
  writeFileSync(
    join(folder, "docs", "faq.txt"),
    "Q: What is tea?\nA: Leaves in water.\n\nQ: What is rain?\nA: Water from clouds.\n",
  );
  const told = report(await ft("hybrid", "docs", "--count", "4", "--concurrency", "1", ...openai));
  const { rejected, found } = told;
  expect(told.rows).toBe(4);
  if (found === 2)
    expect(rejected).toContainEqual(expect.objectContaining({ code: "repeated", count: 1 }));
});

test("the estimate tells calls, tokens and price, and asks nobody", async () => {
  const { fake, ft } = await place();
  const ended = await ft("create", "docs", "--count", "50", "--estimate", ...openai);
  const told = JSON.parse(ended.stdout) as {
    calls: number;
    tokensIn: number;
    costUsd: number;
    atMost: { costUsd: number };
  };
  expect(told).toMatchObject({ toMake: 50, calls: 50, provider: "openai" });
  expect(told.tokensIn).toBeGreaterThan(1000);
  expect(told.atMost.costUsd).toBeGreaterThan(told.costUsd);
  expect(fake.bill.requests).toBe(0);
  await ft("create", "docs", "--count", "50", ...openai);
  const spent = fake.bill.cost / 1e9;
  expect(spent).toBeLessThanOrEqual(told.atMost.costUsd);
});

test("more rows than the service takes are capped before the first call, and it is told", async () => {
  const { fake, ft } = await place();
  const many = ["create", "docs", "--count", "1000000000", "--estimate", ...openai];
  const told = JSON.parse((await ft(...many, "--profile", "anthropic-bedrock")).stdout) as {
    toMake: number;
    capped: string;
  };
  expect(told.toMake).toBe(10_000);
  expect(told.capped).toContain("1000000000 rows were requested, 10000 will be made");
  const any = JSON.parse((await ft(...many)).stdout) as typeof told;
  expect(any.toMake).toBeLessThanOrEqual(10_000_000_000);
  expect(fake.bill.requests).toBe(0);
  expect(await ft(...many, "--profile", "nobody")).toMatchObject({ code: 2 });
});

test("a budget stops it, and with a higher one the same command goes on", async () => {
  const { fake, ft } = await place();
  const words = ["create", "docs", "--count", "20", "--max-tokens", "500", ...openai];
  const first = report(await ft(...words, "--budget", "0.002"));
  expect(first.shortfall.reasons[0]).toMatchObject({ code: "budget" });
  expect(first.rows).toBeLessThan(20);
  expect(fake.bill.cost).toBeLessThanOrEqual(2_000_000);
  const second = report(await ft(...words, "--budget", "1"));
  expect(second).toMatchObject({ rows: 20, job: first.job });
  expect(fake.bill.paid).toBe(20);
  expect(second.costUsd).toBeCloseTo(fake.bill.cost / 1e9, 12);
});

test("documents go to a service elsewhere only when it is named or allowed", async () => {
  const { folder, ft } = await place();
  // 192.0.2.1 is nobody's (RFC 5737); nothing may be sent there
  writeFileSync(
    join(folder, ".env"),
    "GOOGLE_API_KEY=not-a-real-key-123456\nGOOGLE_BASE_URL=http://192.0.2.1:9/v1beta\n",
  );
  const refused = await ft("create", "docs", "--count", "2", "-o", "rows.jsonl");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("FT-MAKE-010");
  expect(refused.stderr).toContain("docs/rain.txt");
  expect(refused.stderr).toContain("google");
  expect(refused.stderr).toContain("192.0.2.1");
  expect(refused.stderr).not.toContain("not-a-real-key");
  const named = await ft(
    "create",
    "docs",
    "--count",
    "2",
    "-o",
    "rows.jsonl",
    "--provider",
    "google",
    "--timeout",
    "0.2",
    "--retries",
    "0",
    "--estimate",
  );
  expect(named.code).toBe(0);
});

test("prompts of the project count before the program's own", async () => {
  const { folder, fake, ft } = await place();
  mkdirSync(join(folder, "prompts"));
  writeFileSync(
    join(folder, "prompts", "create.md"),
    "## System\n\nSpeak like a pirate.\n\n## Prompt\n\nAbout {{document}}\nInside {{topic}}\n",
  );
  await ft("create", "docs", "--count", "1", ...openai);
  const messages = fake.requests[0]?.body["messages"] as { content: string }[];
  expect(messages[0]?.content).toBe("Speak like a pirate.");
  // a line of which a place has nothing to say is left out
  expect(messages[1]?.content).toMatch(/^About /);
  expect(messages[1]?.content).not.toContain("Inside");
  writeFileSync(join(folder, "prompts", "create.md"), "## Prompt\n\n{{dokument}}\n");
  const bad = await ft("create", "docs", "--count", "1", ...openai);
  expect(bad).toMatchObject({ code: 3 });
  expect(bad.stdout).toContain("FT-MAKE-002");
});

test("custom writes as it is told, from a file or what is piped in, as mode free", async () => {
  const { folder, fake, ft, rows, options } = await place();
  writeFileSync(join(folder, "prompt.txt"), "Write riddles about the sea.");
  const told = report(await ft("custom", "--prompt-file", "prompt.txt", "--count", "3", ...openai));
  expect(told).toMatchObject({ rows: 3 });
  expect(JSON.stringify(fake.requests[0]?.body)).toContain("riddles about the sea");
  expect(rows()[0]?.meta).toMatchObject({ mode: "free" });
  expect(rows()[0]?.source).toBeUndefined();
  const piped = { ...options, input: "Write odes to bread." };
  expect((await runProgram(["data", "custom", "--count", "1", ...openai], piped)).code).toBe(0);
  expect(JSON.stringify(fake.requests.at(-1)?.body)).toContain("odes to bread");
  expect((await ft("custom", "--count", "1", ...openai)).code).toBe(2);
});

test("scaffold asks OpenRouter, in the order of its chain, and tells the cost of each row", async () => {
  const { fake, rows, options } = await place(({ model, key }) => {
    if (model === "a/one") return { status: 503, raw: "busy" };
    const usage = { tokensIn: 100, tokensOut: 50 };
    const raw = JSON.stringify({
      choices: [{ message: { content: goodRow(key, 4) }, finish_reason: "stop" }],
      usage: { prompt_tokens: usage.tokensIn, completion_tokens: usage.tokensOut, cost: 0.00025 },
    });
    return { raw };
  });
  const env = {
    ...options.env,
    OPENROUTER_API_KEY: "k",
    OPENROUTER_BASE_URL: `${fake.origin}/api/v1`,
  };
  const words = [
    "data",
    "scaffold",
    "--count",
    "4",
    "--models",
    "a/one,b/two",
    "--retries",
    "0",
    "-o",
    "rows.jsonl",
    "--json",
  ];
  const told = report(await runProgram(words, { ...options, env }));
  expect(told).toMatchObject({ rows: 4, provider: "openrouter", costUsd: 0.001 });
  expect(fake.requests.map(({ model }) => model).slice(0, 2)).toContain("a/one");
  expect(fake.requests[0]?.path).toBe("/api/v1/chat/completions");
  for (const { meta, messages } of rows()) {
    expect(meta).toMatchObject({ mode: "scaffold", model: "b/two", costUsd: 0.00025 });
    expect(messages).toHaveLength(4);
  }
});

test("a key that does not count ends it with what mends it; so do a wrong name and no documents", async () => {
  const { ft, fake } = await place(() => ({ status: 401, raw: '{"error":{"message":"bad key"}}' }));
  const refused = await ft(
    "create",
    "docs",
    "--count",
    "5",
    "--provider",
    "openai",
    "-o",
    "rows.jsonl",
  );
  expect(refused.code).toBe(6);
  expect(refused.stderr).toContain("FT-PROVIDER-015");
  expect(refused.stderr).toContain("OPENAI_API_KEY");
  fake.script = ({ key }) => ({ text: goodRow(key) });
  expect(
    (await ft("create", "docs", "--count", "5", "--provider", "openai", "-o", "rows.jsonl")).code,
  ).toBe(0);
  expect(await ft("create", "docs", "--provider", "opnai", "-o", "x")).toMatchObject({ code: 2 });
  expect(await ft("create", "nowhere", ...openai)).toMatchObject({ code: 4 });
});

test("prices lists the program's and, first, the user's", async () => {
  const { ft, folder } = await place();
  const own = {
    provider: "mine",
    model: "m",
    input: 1,
    output: 2,
    checkedOn: "2026-11-01",
    source: "me",
  };
  mkdirSync(join(folder, "home"), { recursive: true });
  writeFileSync(join(folder, "home", "prices.json"), JSON.stringify({ prices: [own] }));
  const { prices } = JSON.parse((await ft("prices", "--json")).stdout) as {
    prices: (typeof own)[];
  };
  expect(prices[0]).toEqual(own);
  expect(prices.length).toBeGreaterThan(20);
  expect((await ft("prices", "--provider", "mine")).stdout).toContain("2026-11-01");
});

test("a provider that a module registers is asked like any other", async () => {
  const { folder, fake, ft } = await place();
  const program = dirname(dirname(compiledProgram()));
  const registry = pathToFileURL(join(program, "providers", "registry.js")).href;
  const acme = `import { providerKinds } from ${JSON.stringify(registry)};
    const usual = providerKinds.get("openai-compatible");
    providerKinds.register("acme", { ...usual, about: "Acme", keys: ["ACME_KEY"], needsKey: true,
      authorization: (key) => ({ "x-acme-key": key }), address: "${fake.origin}/acme/v1", addresses: [] });`;
  writeFileSync(join(folder, "acme.mjs"), acme);
  writeFileSync(join(folder, ".env"), "ACME_KEY=from-dot-env\n");
  const words = ["create", "docs", "--count", "2", "--model", "m", "-o", "rows.jsonl", "--json"];
  const told = report(await ft(...words, "--provider", "acme", "--extension", "./acme.mjs"));
  expect(told).toMatchObject({ rows: 2, provider: "acme" });
  expect(fake.requests[0]).toMatchObject({
    path: "/acme/v1/chat/completions",
    headers: { "x-acme-key": "from-dot-env" },
  });
  expect(await ft(...words, "--provider", "acme")).toMatchObject({ code: 2 });
});

test("identify shows a model only what rules leave open, takes ranges from it and never its words", async () => {
  const { folder, fake, ft, rows } = await place(({ body }) => {
    const first = Number(/(\d+): Hello, do you have/.exec(JSON.stringify(body))?.[1]);
    const roles = ["user", "assistant", "user", "assistant"];
    const messages = roles.map((role, at) => ({ role, first: first + at, last: first + at }));
    return { text: JSON.stringify({ conversations: [{ messages }] }) };
  });
  const talk = [
    "Hello, do you have a minute for me? I would like to ask you something.",
    "Of course, please come in and tell me.",
    "How do I get my money back? You told me I could.",
    "You bring me the paper and I give you the money.",
  ];
  const write = (before: string) =>
    writeFileSync(join(folder, "docs", "talk.txt"), [before, "", ...talk, ""].join("\n"));
  write("It was a long day.");
  const words = ["identify", "docs/talk.txt", "-o", "found.jsonl", "--json"];
  const provider = ["--provider", "openai", "--provider-model", "gpt-4o-mini"];
  await ft(...words, "--no-model", ...provider);
  expect(fake.bill.requests).toBe(0);
  const told = JSON.parse((await ft(...words, ...provider)).stdout) as {
    model: { calls: number; rejected: number };
  };
  expect(told.model.calls).toBe(1);
  expect(fake.bill.requests).toBe(1);
  expect(rows("found.jsonl")[0]?.messages.map(({ content }) => content)).toEqual(talk);
  // asked again, the answer is there
  await ft(...words, ...provider);
  expect(fake.bill.requests).toBe(1);
  // words instead of ranges are no answer
  const invented = [{ messages: [{ role: "user", content: "invented" }] }];
  fake.script = () => ({ text: JSON.stringify({ conversations: invented }) });
  write("It was a short day.");
  const refused = JSON.parse((await ft(...words, ...provider)).stdout) as typeof told;
  expect(refused.model).toMatchObject({ calls: 1, rejected: 1 });
  expect(readFileSync(join(folder, "found.jsonl"), "utf8")).not.toContain("invented");
});
