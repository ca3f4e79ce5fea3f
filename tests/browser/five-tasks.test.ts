// The five things that somebody new wants first, each walked from the first page of a studio by what stands there to be
// clicked or is named as a key: as many of them as docs/studio/design.md says.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { askStudio, openPage, openStudio, type OpenStudio } from "../support/browser.ts";
import { needsRealModel, realModel } from "../support/real-model.ts";
import { ended, patient, rowsIn, start } from "../support/studio-training.ts";

const table = readFileSync(join(import.meta.dirname, "../../docs/studio/design.md"), "utf8");

/** The second cell of a task's row. */
function toldOf(task: string): string {
  const row = table.split("\n").find((line) => line.startsWith(`| ${task} |`));
  return row?.split("|")[2]?.trim() ?? `the page has no task "${task}"`;
}

/** Somebody who clicks what they see, and counts. */
class Newcomer {
  readonly page: Page;
  clicks = 0;
  keys = 0;

  constructor(page: Page) {
    this.page = page;
  }

  async click(what: Locator): Promise<void> {
    await what.waitFor(patient);
    await expect.poll(() => what.isEnabled(), patient).toBe(true);
    await what.click();
    this.clicks++;
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
    this.keys += keys.length;
  }

  async goTo(name: string): Promise<void> {
    const list = this.page.getByRole("navigation").first();
    await this.click(list.getByRole("link", { name, exact: true }));
    await this.page.getByRole("heading", { level: 1, name, exact: true }).waitFor(patient);
  }
}

async function newcomer(studio: OpenStudio): Promise<Newcomer> {
  const { page } = await openPage(studio);
  await page.getByRole("heading", { level: 1, name: /Welcome|Home/ }).waitFor(patient);
  return new Newcomer(page);
}

test("tune the bundled model", { timeout: 600_000 }, async () => {
  const me = await newcomer(await openStudio());
  const { page } = me;
  await me.click(page.getByRole("link", { name: "Open the form, filled in" }));
  // fewer than the page proposes, for the sake of the test's time
  await page.getByRole("textbox", { name: "Steps (instead of epochs)" }).fill("20");
  await me.click(page.getByRole("button", { name: "Start the run" }));
  const beside = page.getByRole("link", { name: "Try it beside its base" });
  await beside.waitFor({ timeout: 180_000 });
  await me.click(beside);
  await page.getByRole("textbox", { name: "Question" }).fill("How many singers are there?");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByLabel(/^Answer of /).count(), { timeout: 90_000 }).toBe(2);
  expect(`${me.clicks} clicks`).toBe(toldOf("Tune the bundled model"));
});

test("find why a row was dropped", async () => {
  const studio = await openStudio();
  const line = (ask: string): string => JSON.stringify({ instruction: ask, output: "At noon." });
  const form = new FormData();
  const rows = [line("When is lunch?"), "{ no json", line("When is dinner?")].join("\n");
  form.append("file", new Blob([rows]), "meals.jsonl");
  form.append("leave_out", "yes");
  const answer = await fetch(`${studio.apiUrl}/api/v1/data/import`, {
    ...{ method: "POST", body: form, headers: { authorization: `Bearer ${studio.token}` } },
  });
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  const me = await newcomer(studio);
  const { page } = me;
  await me.goTo("Data");
  await me.click(page.getByRole("link", { name: /meals/ }));
  await me.click(page.getByRole("link", { name: /^Left out/ }));
  await page.getByRole("cell", { name: "line 2", exact: true }).waitFor(patient);
  await page
    .getByText(/not valid JSON|no JSON|is not JSON/i)
    .first()
    .waitFor(patient);
  expect(`${me.clicks} clicks`).toBe(toldOf("Find why a row was dropped"));
});

test("compare two runs", { timeout: 600_000 }, async () => {
  const studio = await openStudio();
  const data = rowsIn(studio);
  for (const rate of [0.001, 0.0001]) {
    const values = {
      ...{ "model.name": "builtin/tiny", "data.train_file": data, "optimization.iters": 4 },
      "optimization.learning_rate": rate,
    };
    expect((await ended(studio, await start(studio, values))).error).toBeNull();
  }
  const me = await newcomer(studio);
  const { page } = me;
  await me.goTo("Runs");
  const marks = page.getByRole("checkbox", { name: /^Compare/ });
  await me.click(marks.nth(0));
  await me.click(marks.nth(1));
  await me.click(page.getByRole("link", { name: "Compare 2 runs" }));
  await page.getByText("optimization.learning_rate").first().waitFor(patient);
  expect(`${me.clicks} clicks`).toBe(toldOf("Compare two runs"));
});

const calls = Array.from(
  { length: 10 },
  (_, at) =>
    `Customer: My printer number ${at} prints nothing but streaks.\n` +
    `Agent: Please take out the toner and shake it gently.\nCustomer: It still does that.\n` +
    `Agent: Then take off the strip of orange tape on its lower side.\n\n---\n\n`,
).join("");

test("correct ten extracted conversations", { timeout: 600_000 }, async () => {
  const me = await newcomer(await openStudio());
  const { page } = me;
  await page.getByRole("link", { name: "Drop documents" }).click();
  await page
    .getByLabel("Choose files")
    .setInputFiles({ name: "calls.txt", mimeType: "text/plain", buffer: Buffer.from(calls) });
  await page.getByText("10 conversations: 10 to decide").waitFor(patient);
  const turns = page.getByRole("button", { name: /^assistant|^user/ });
  for (let at = 0; at < 10; at++) {
    await expect.poll(() => turns.count(), patient).toBe(4);
    await me.press("n", "n");
    await page.waitForURL(/[?&]t=2/);
    await me.press("D");
    await expect.poll(() => turns.count(), patient).toBe(2);
    await me.press("a");
    await page.getByText(`${at + 1} accepted, 0 rejected`).waitFor(patient);
  }
  expect(`${me.keys} keys`).toBe(toldOf("Correct ten extracted conversations"));
});

test("export to Ollama", { timeout: 600_000 }, async (context) => {
  needsRealModel(context);
  const studio = await openStudio();
  const values = {
    ...{ "model.name": realModel, "data.train_file": rowsIn(studio), "optimization.iters": 1 },
    "optimization.batch_size": 1,
  };
  expect((await ended(studio, await start(studio, values))).error).toBeNull();
  const me = await newcomer(studio);
  const { page } = me;
  await me.goTo("Runs");
  await me.click(page.getByRole("main").getByRole("link", { name: /smollm2 on/ }));
  await me.click(page.getByRole("main").getByRole("link", { name: "Share", exact: true }));
  await me.click(page.getByRole("link", { name: /^Ollama/ }));
  await me.click(page.getByRole("button", { name: "Write for Ollama" }));
  const copy = page.getByRole("button", { name: "Copy the command" });
  await copy.waitFor({ timeout: 180_000 });
  await me.click(copy);
  const [last] = (
    await askStudio<{ jobs: { kind: string; status: string }[] }>(studio, "GET", "/api/v1/jobs")
  ).jobs;
  expect(last).toMatchObject({ kind: "export", status: "completed" });
  expect(`${me.clicks} clicks`).toBe(toldOf("Export to Ollama"));
});
