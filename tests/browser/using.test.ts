// Trying, evaluating and sharing in a real browser, over a run that was trained here: answers side by side as they are
// written, blind votes that become a set, rows of an evaluation filtered, a result written for Ollama; a server that fails
// or is slow, keys alone, and no fault that axe knows of.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { askStudio, openPage, openStudio, violationsInThemes } from "../support/browser.ts";
import { closedGate } from "../support/fake-provider.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { makeToyModel } from "../support/toy-model.ts";

const home = makeFolder();
const run = join(makeFolder(), "tuned");
const env = { FT_HOME: home };

async function ft(...args: string[]): Promise<void> {
  const { code, stderr } = await runProgram(args, { env });
  expect(code, stderr).toBe(0);
}

beforeAll(async () => {
  const model = await makeToyModel(join(makeFolder(), "toy"));
  const train = ["train", "start", model, "general-conversation", "--template", "chatml"];
  const how = ["--iters", "6", "--save-steps", "3", "--warmup-steps", "0", "--lr", "0.02"];
  await ft(...train, ...how, "--output", run);
  const rows = ["--data", "general-conversation", "--num-samples", "8", "--max-gen-length", "6"];
  const scores = ["--metrics", "exact_match,rougeL,perplexity", "--no-forgetting"];
  await ft("benchmark", model, run, ...rows, ...scores, "--output", join(run, "benchmark"));
}, 600_000);

const answers = (page: Page) => page.getByRole("group", { name: /^Answer of/ });
const question = (page: Page) => page.getByRole("textbox", { name: "Question" });

/** The toy reads 256 tokens in all, and never ends by itself. */
const short = "/try?max_tokens=8";

/** So many answers have ended. */
const answered = async (page: Page, count: number): Promise<void> =>
  await page
    .getByText(/\d a second/)
    .nth(count - 1)
    .waitFor();

async function ask(page: Page, text: string): Promise<void> {
  await question(page).fill(text);
  await question(page).press("Enter");
}

test("a base and what was made of it answer side by side; a checkpoint takes a side; a reload keeps all", async () => {
  const studio = await openStudio(env);
  const { page, problems } = await openPage(studio, short);
  await ask(page, "Hello there");
  await answered(page, 2);
  await answers(page).first().focus();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("status", { name: "Probabilities of this token" }).waitFor();
  const texts = await answers(page).allInnerTexts();
  await page.getByRole("combobox", { name: "Side 2: model" }).click();
  await page.getByRole("option", { name: "tuned, step 3" }).click();
  await page.waitForURL(/sides=/);
  await ask(page, "Who are you?");
  await answered(page, 3);
  const held = await askStudio<{ models: { adapters: string[] }[] }>(
    studio,
    "GET",
    "/api/v1/try/models",
  );
  // one base, and both adapters beside it
  expect(held.models.map(({ adapters }) => adapters.length)).toEqual([2]);
  await page.reload();
  await expect.poll(async () => await answers(page).first().innerText()).toBe(texts[0]);
  expect(problems).toEqual([]);
});

test("blind votes, by keys, become rows that training prefers by; a prompt is kept", async () => {
  const studio = await openStudio(env);
  const { page } = await openPage(studio, short);
  await page.getByText("Blind", { exact: true }).click();
  await page.waitForURL(/blind=1/);
  await page.getByRole("heading", { name: "Answer 1" }).waitFor();
  await question(page).fill("Which is better?");
  await page.getByRole("button", { name: "Keep prompt" }).click();
  await page.getByRole("button", { name: "Which is better?", exact: true }).waitFor();
  await question(page).press("Enter");
  await page.getByRole("group", { name: "Your vote" }).waitFor();
  expect(await page.getByRole("main").innerText()).not.toContain("Answer 1 was");
  await page.locator("h1").click();
  await page.keyboard.press("1");
  await page.getByText(/Answer 1 was/).waitFor();
  await page.getByRole("textbox", { name: "Name of the set" }).fill("liked");
  await page.getByRole("button", { name: "Write as preferences" }).click();
  await page.getByText("liked@1").waitFor();
  expect(existsSync(join(home, "preferences", "liked.jsonl"))).toBe(true);
});

test("rows of an evaluation: the worst first, filtered, one opened by its address", async () => {
  const studio = await openStudio(env);
  const { page, problems } = await openPage(studio, "/evaluate");
  await page.getByRole("main").getByRole("link", { name: "tuned" }).click();
  await page.getByText(/^By exact_match/).waitFor();
  await page.getByRole("combobox", { name: "Metric" }).click();
  await page.getByRole("option", { name: "perplexity" }).click();
  await page.waitForURL(/metric=perplexity/);
  const counts = page.getByRole("radiogroup", { name: "Which rows" });
  await counts
    .getByText(/^(Better|Worse) [1-9]/)
    .first()
    .click();
  await page.waitForURL(/outcome=(win|loss)/);
  const lines = page.getByRole("main").getByRole("listitem").getByRole("button");
  await lines.first().click();
  await page.getByRole("region", { name: "Reference" }).waitFor();
  const address = page.url();
  expect(address).toMatch(/row=\d/);
  await page.goto(address);
  await page.getByRole("region", { name: "Reference" }).waitFor();
  await page.getByRole("textbox", { name: /Search/ }).fill("no row has these words");
  await page.getByText("No row matches").waitFor();
  expect(problems).toEqual([]);
});

test("a result is written for Ollama, with what to type next; the hub's files are shown before they leave", async () => {
  const studio = await openStudio(env);
  const { page, problems } = await openPage(studio, "/share");
  await page.getByRole("link", { name: "tuned" }).click();
  await page.getByRole("link", { name: /^Ollama/ }).click();
  const place = join(makeFolder(), "for-ollama");
  await page.getByRole("textbox", { name: "Folder to write" }).fill(place);
  await page.getByRole("button", { name: "Write for Ollama" }).click();
  await page.getByText(/ollama create for-ollama/).waitFor({ timeout: 60_000 });
  expect(existsSync(join(place, "Modelfile"))).toBe(true);
  await page.getByRole("link", { name: /^Hub/ }).click();
  await page.getByRole("button", { name: "Show what would be uploaded" }).click();
  await page.getByRole("list", { name: "Files to upload" }).getByText("README.md").waitFor();
  const card = page.getByRole("textbox", { name: "Text of the model card" });
  await card.fill(`${await card.inputValue()}\nWritten by hand.\n`);
  await page.getByRole("button", { name: "Check the edited card" }).click();
  await expect.poll(async () => await card.inputValue()).toContain("Written by hand.");
  expect(problems).toEqual([]);
});

test("a server that fails or is slow is told of, and the question may be asked again", async () => {
  const studio = await openStudio(env);
  const { page } = await openPage(studio, short);
  const body = JSON.stringify({ error: { code: "FT-TEST-001", message: "no memory is left" } });
  const headers = {
    "access-control-allow-origin": studio.origin,
    "access-control-allow-credentials": "true",
  };
  const asked = `${studio.apiUrl}/api/v1/try/answers`;
  await page.route(asked, async (route) => {
    if (route.request().method() === "OPTIONS") return await route.fallback();
    await route.fulfill({ status: 500, contentType: "application/json", body, headers });
  });
  await ask(page, "Are you there?");
  await page.getByRole("alert").getByText("no memory is left").waitFor();
  await page.unroute(asked);
  const stopped = closedGate();
  await page.route(asked, async (route) => {
    await stopped.opened;
    // it may have been stopped meanwhile
    await route.continue().catch(() => undefined);
  });
  await ask(page, "And now?");
  await page.getByText("Asked…").first().waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.").first().waitFor();
  stopped.open();
  await page.unroute(asked);
  await ask(page, "Once more");
  await page
    .getByText(/\d a second/)
    .first()
    .waitFor();
  for (const [path, to] of [
    ["/api/v1/evaluations?*", "/evaluate"],
    ["/api/v1/share/results", "/share"],
  ] as const) {
    await page.route(`${studio.apiUrl}${path}`, async (route) =>
      route.fulfill({ status: 500, contentType: "application/json", body, headers }),
    );
    await page.goto(`${studio.origin}${to}`);
    await page.getByRole("alert").getByText("no memory is left").waitFor();
  }
});

test("by keys alone: a question, a stop on the answer's words, the next row", async () => {
  const studio = await openStudio(env);
  const { page } = await openPage(studio);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await question(page).waitFor();
  await page.keyboard.press("i");
  await page.keyboard.type("Hello");
  await page.keyboard.press("Enter");
  await page
    .getByText(/\d a second/)
    .first()
    .waitFor();
  await page.keyboard.press("Tab");
  await page.locator("body").press("Escape");
  await page.locator("h1").click();
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  const link = page.getByRole("main").getByRole("link", { name: "tuned" });
  await link.focus();
  await page.keyboard.press("Enter");
  await page.getByText(/^By exact_match/).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.getByRole("region", { name: "Reference" }).waitFor();
  await page.waitForURL(/row=/);
});

test("no violation with content, in either theme, and nothing wider than 900", async () => {
  const studio = await openStudio(env);
  const viewport = { width: 900, height: 900 };
  const { page, problems } = await openPage(studio, short, { viewport });
  const fits = async (what: string): Promise<void> => {
    expect(await violationsInThemes(page), what).toEqual([]);
    const html = "document.documentElement";
    expect(
      await page.evaluate<number>(`${html}.scrollWidth - ${html}.clientWidth`),
      what,
    ).toBeLessThanOrEqual(0);
  };
  await ask(page, "Hello");
  await answered(page, 2);
  await page.getByRole("switch", { name: "Colour tokens by probability" }).check();
  await fits("try");
  await page.goto(`${studio.origin}/evaluate`);
  await page.getByRole("main").getByRole("link", { name: "tuned" }).click();
  await page.getByRole("main").getByRole("listitem").getByRole("button").first().click();
  await page.getByRole("region", { name: "Reference" }).waitFor();
  await fits("evaluation");
  await page.goto(`${studio.origin}/evaluate/new`);
  await page.getByRole("button", { name: "Start the comparison" }).waitFor();
  await fits("comparison");
  await page.goto(`${studio.origin}/share`);
  await page.getByRole("link", { name: "tuned" }).click();
  await page.getByRole("link", { name: /^Hub/ }).click();
  await page.getByRole("button", { name: "Show what would be uploaded" }).click();
  await page.getByRole("list", { name: "Files to upload" }).waitFor();
  await fits("hub");
  expect(problems).toEqual([]);
});
