// The whole way of a model through the pages: by keys alone; in two windows that stay in step, over reloads and a studio that
// is started again in the middle of a training; and a run that is estimated not to fit.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage, openStudio } from "../support/browser.ts";
import { makeFolder } from "../support/folders.ts";
import { ended, formAt, patient, rowsIn, start } from "../support/studio-training.ts";

/** The element that has the focus, by its words. */
const focused = async (page: Page): Promise<string> =>
  await page.evaluate<string>(
    `(() => { const at = document.activeElement;
      const label = at?.labels?.[0]?.textContent ?? at?.getAttribute("aria-label");
      return (label ?? at?.textContent ?? "").trim(); })()`,
  );

/** Presses Tab until something with these words has the focus. */
async function tabTo(page: Page, words: RegExp): Promise<void> {
  for (let press = 0; press < 150; press++) {
    if (words.test(await focused(page))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${words}`);
}

async function type(page: Page, field: RegExp, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
}

test("by keys alone: trained, looked at, tried, evaluated, exported", async () => {
  const studio = await openStudio();
  const { page, problems } = await openPage(studio, formAt(rowsIn(studio), 8));
  const button = page.getByRole("button", { name: "Start the run" });
  await expect.poll(async () => await button.isEnabled(), patient).toBe(true);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("link", { name: "Try it beside its base" }).waitFor({ timeout: 120_000 });
  await tabTo(page, /^Try it beside its base$/);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Question" }).waitFor();
  await page.keyboard.press("i");
  await page.keyboard.type("Say hello to number 3.");
  await page.keyboard.press("Enter");
  await page
    .getByText(/\d a second/)
    .nth(1)
    .waitFor({ timeout: 120_000 });
  await page.keyboard.press("Tab");
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await page.waitForURL(`${studio.origin}/evaluate`);
  await page.getByRole("main").getByRole("link", { name: "Compare models" }).first().waitFor();
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Start the comparison" }).waitFor();
  await type(page, /^Number of rows/, "2");
  await type(page, /^Maximum answer length/, "4");
  await tabTo(page, /^Start the comparison$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/jobs\//);
  await page.getByText("completed", { exact: true }).first().waitFor({ timeout: 120_000 });
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await page.waitForURL(`${studio.origin}/share`);
  await tabTo(page, /^tiny-greetings$/);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Ways to share" }).waitFor();
  await tabTo(page, /^Transformers/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Write for Transformers$/);
  await page.keyboard.press("Enter");
  await page.getByText("Written to").waitFor({ timeout: 120_000 });
  expect(problems).toEqual([]);
}, 600_000);

test("two windows stay in step, over a reload and a studio started again while it trains", async () => {
  const home = makeFolder();
  const first = await openStudio({ FT_HOME: home });
  const { page } = await openPage(first);
  await page.context().clearCookies();
  await page.goto(first.url);
  const data = rowsIn({ home });
  await page.goto(
    `${first.origin}${formAt(data, 100_000, { "optimization.eval_steps": "50000" })}`,
  );
  // what is filled in stays over a reload
  await page.reload();
  const button = page.getByRole("button", { name: "Start the run" });
  await expect.poll(async () => await button.isEnabled(), patient).toBe(true);
  const other = await page.context().newPage();
  await other.goto(`${first.origin}/jobs`);
  await other.getByText("The queue is empty").waitFor();
  await button.click();
  const listed = other.getByRole("main").getByRole("link", { name: /builtin\/tiny on/ });
  await listed.waitFor(patient);
  await page.getByRole("progressbar", { name: "Steps" }).waitFor(patient);
  await page.reload();
  await page.getByRole("progressbar", { name: "Steps" }).waitFor(patient);
  await other.goto(page.url());
  await other.getByRole("textbox", { name: "Note" }).waitFor();
  await page.getByRole("textbox", { name: "Note" }).fill("in step");
  await page.getByRole("textbox", { name: "Note" }).blur();
  const note = other.getByRole("textbox", { name: "Note" });
  await expect.poll(async () => await note.inputValue(), patient).toBe("in step");
  const step = async (of: Page): Promise<number> =>
    Number(
      /step ([\d,]+) of/.exec(await of.getByRole("main").innerText())?.[1]?.replace(",", "") ?? 0,
    );
  const before = await step(page);
  const [port, apiPort] = [new URL(first.url).port, new URL(first.apiUrl).port];
  await first.stop();
  await page.getByText("This page keeps trying").waitFor(patient);
  await openStudio({ FT_HOME: home }, { port, apiPort });
  await page.getByText("This page keeps trying").waitFor({ state: "detached", timeout: 60_000 });
  await page.getByText("running", { exact: true }).first().waitFor(patient);
  await expect.poll(async () => await step(page), patient).toBeGreaterThan(before);
  await other.getByText("running", { exact: true }).first().waitFor(patient);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped", { exact: true }).first().waitFor(patient);
  await other.getByText("stopped", { exact: true }).first().waitFor(patient);
  // prompts of one window are there in the other
  await other.goto(`${first.origin}/try`);
  await page.goto(`${first.origin}/try`);
  await page.getByRole("textbox", { name: "Question" }).fill("Kept for both?");
  await page.getByRole("button", { name: "Keep prompt" }).click();
  await other.getByRole("button", { name: "Kept for both?", exact: true }).waitFor(patient);
}, 600_000);

test("what is estimated not to fit is started anyway: from the form, and after the queue has refused it", async () => {
  const studio = await openStudio({ FT_MEMORY: "60MB" });
  const data = rowsIn(studio);
  const { page } = await openPage(studio, formAt(data, 2));
  await page.getByText("Does not fit into memory").waitFor(patient);
  const anyway = page.getByRole("button", { name: "Start anyway" });
  await expect.poll(async () => await anyway.isEnabled(), patient).toBe(true);
  const values = { "model.name": "builtin/tiny", "data.train_file": data, "optimization.iters": 2 };
  const refused = await start(studio, values);
  expect((await ended(studio, refused)).status).toBe("failed");
  await page.goto(`${studio.origin}/runs/job/${refused}`);
  await page.getByRole("link", { name: "Change its settings" }).waitFor();
  await anyway.click();
  await page.getByRole("link", { name: "Try it beside its base" }).waitFor({ timeout: 120_000 });
}, 600_000);
