// The first minutes with the studio, by clicks alone: the bundled model is tuned on the bundled questions, its curve moves,
// and it answers beside what it was. Every step is a click that stands there to be clicked.
import { expect, test } from "vitest";
import { openPage, openStudio } from "../support/browser.ts";

test(
  "from the first page to a tuned model that answers beside its base",
  { timeout: 600_000 },
  async () => {
    const studio = await openStudio();
    const { page, problems } = await openPage(studio);
    await page.getByRole("heading", { name: "Welcome" }).waitFor();
    await page.getByRole("link", { name: "Open the form, filled in" }).click();
    // fewer steps than the page proposes, for the sake of the test's time
    await page.getByRole("textbox", { name: "Steps (instead of epochs)" }).fill("30");
    const start = page.getByRole("button", { name: "Start the run" });
    await expect.poll(async () => await start.isEnabled(), { timeout: 60_000 }).toBe(true);
    await start.click();
    await page.waitForURL(/\/runs\/(?!compare)[^/?]+/, { timeout: 120_000 });
    const beside = page.getByRole("link", { name: "Try it beside its base" });
    await beside.waitFor({ timeout: 180_000 });
    // a reload in the middle loses nothing
    await page.reload();
    await beside.click();
    await page.getByRole("textbox", { name: "Question" }).fill("How many singers are there?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const answers = page.getByLabel(/^Answer of /);
    await expect.poll(async () => await answers.count(), { timeout: 90_000 }).toBe(2);
    await expect
      .poll(async () => (await answers.allInnerTexts()).every((text) => text.trim() !== ""), {
        timeout: 60_000,
      })
      .toBe(true);
    expect(problems).toEqual([]);
  },
);
