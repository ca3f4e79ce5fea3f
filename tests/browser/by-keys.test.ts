// The whole loop without a mouse: documents handed in, what was found in them decided, a set made and exported, a model
// trained on it. Everything is reached by Tab or has a key.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { askStudio, openPage, openStudio } from "../support/browser.ts";
import { pressOn, tabTo } from "../support/by-keys.ts";

/** On a machine that does much beside. */
const soon = { timeout: 60_000 };

const questions = Array.from(
  { length: 12 },
  (_, at) => `Q: What does part ${at} cost?\nA: Part ${at} costs ${at + 2} euros.\n\n`,
).join("");

test(
  "documents handed in, looked through, exported and trained on, by keys alone",
  { timeout: 600_000 },
  async () => {
    const studio = await openStudio();
    const { page, problems } = await openPage(studio);
    await page.getByRole("heading", { name: "Welcome" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await page.waitForURL(`${studio.origin}/identify`);
    // listening begins well before the key: the browser is told to hand the dialog over, which takes it a moment
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser", soon),
      pressOn(page, page.getByLabel("Choose files")),
    ]);
    await chooser.setFiles({
      ...{ name: "parts.txt", mimeType: "text/plain", buffer: Buffer.from(questions) },
    });
    await page.getByText("12 conversations: 12 to decide").waitFor(soon);

    // the first is no row; all others are
    await page.getByRole("button", { name: /^user/ }).first().waitFor();
    await page.keyboard.press("x");
    await page.getByText("0 accepted, 1 rejected").waitFor();
    await pressOn(page, page.getByRole("button", { name: "Accept all certain ones" }));
    await page.getByText("11 accepted, 1 rejected").waitFor();
    await pressOn(page, page.getByRole("button", { name: "Make a dataset of 11 accepted" }));
    await pressOn(page, page.getByRole("link", { name: "Open the dataset" }));
    await page.waitForURL(/\/data\/\d+/);

    await pressOn(page, page.getByRole("link", { name: "Export" }));
    await pressOn(page, page.getByRole("button", { name: "Check what it loses" }));
    const download = page.getByRole("link", { name: /^Download/ });
    await tabTo(page, download);
    const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    const rows = readFileSync(await file.path(), "utf8")
      .trim()
      .split("\n");
    expect(rows).toHaveLength(11);
    expect(rows[0]).toContain("Part 1 costs 3 euros.");

    await pressOn(page, page.getByRole("link", { name: "Train on it" }));
    await tabTo(page, page.getByRole("textbox", { name: "Steps (instead of epochs)" }));
    await page.keyboard.type("6");
    const start = page.getByRole("button", { name: "Start the run" });
    await expect.poll(async () => await start.isEnabled(), soon).toBe(true);
    await pressOn(page, start);
    await page.waitForURL(/\/runs\/(?!compare)[^/?]+/, soon);
    await page.getByRole("link", { name: "Try it beside its base" }).waitFor({ timeout: 180_000 });
    const { runs } = await askStudio<{ runs: { status: string; dataset: string }[] }>(
      ...([studio, "GET", "/api/v1/runs"] as const),
    );
    expect(runs).toHaveLength(1);
    expect(runs[0]?.status).toBe("completed");
    expect(problems).toEqual([]);
  },
);
