// The pages of data in a real browser: files dropped in, rows looked through and changed, and what happens when the server
// fails or is slow.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import {
  askStudio,
  openPage,
  openStudio,
  type OpenStudio,
  violations,
  violationsInThemes,
} from "../support/browser.ts";
import { heldTasks, letGo } from "../support/held-tasks.ts";
import { jump, scroll } from "../support/scrolling.ts";
import { patient } from "../support/studio-training.ts";

const chat = (question: string, answer: string, more: object = {}): string =>
  JSON.stringify({
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ],
    ...more,
  });

const shop = [
  chat("Where is my parcel?", "It comes on Monday.", { topic: "delivery" }),
  chat("מתי תגיע ההזמנה שלי?", "בתוך שלושה ימים.", { topic: "delivery" }),
  chat("Can I pay by invoice?", "Yes, within thirty days.", { topic: "billing" }),
  chat("Can I pay by invoice?", "Yes, within thirty days.", { topic: "billing" }),
];

async function importFile(page: Page, name: string, text: string): Promise<void> {
  const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(text) };
  await page.locator("input[type=file]").setInputFiles(file);
}

/** A set of the dataset creator with these rows; gives its number. */
async function filled(studio: OpenStudio, lines: readonly string[]): Promise<number> {
  const form = new FormData();
  form.append("file", new Blob([lines.join("\n")]), "shop.jsonl");
  const answer = await fetch(`${studio.apiUrl}/api/v1/data/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${studio.token}` },
    body: form,
  });
  const { made } = (await answer.json()) as { made: string };
  return Number(made);
}

test("a file with a bad line tells it, makes nothing, and then the good rows without it", async () => {
  const studio = await openStudio();
  const { page, problems } = await openPage(studio, "/data");
  await page.getByText("No data yet").waitFor();
  await importFile(page, "shop.jsonl", [shop[0], "{ no json", shop[2]].join("\n"));
  const report = page.getByRole("region", { name: "Import of shop.jsonl" });
  await report.getByText("line 2", { exact: true }).waitFor();
  await report.getByText("Nothing has been made yet.").waitFor();
  expect(await askStudio(studio, "GET", "/api/v1/data")).toEqual({ sets: [] });
  await report.getByRole("button", { name: "Import the other 2 rows without them" }).click();
  await report.getByRole("link", { name: "View the rows" }).click();
  await page.getByText("Where is my parcel?").waitFor();
  // why a row is not there: two clicks from the list of sets
  await page.getByRole("link", { name: "Left out" }).click();
  await page.getByRole("cell", { name: "line 2", exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("a large file is taken in by a job: followed over a reload, told of its bad line, cancelled", async () => {
  const studio = await openStudio();
  const { page, problems } = await openPage(studio, "/data");
  const words = "Where has my parcel been since Monday? ".repeat(25);
  const good = (at: number): string =>
    JSON.stringify({ instruction: `${at}: ${words}`, output: "On its way." });
  const lines = Array.from({ length: 11_000 }, (_, at) => good(at));
  lines[7000] = "{ no json";
  await importFile(page, "parcels.jsonl", lines.join("\n"));
  const report = page.getByRole("region", { name: "Import of parcels.jsonl" });
  await report.getByRole("link", { name: "Job" }).waitFor(patient);
  expect(page.url()).toContain("importing=");
  await page.reload();
  await report.getByText("Nothing has been made yet.").waitFor(patient);
  await report.getByText("line 7,001").or(report.getByText("line 7001")).first().waitFor();
  // the file is kept for that: nothing is handed in again
  await report.getByRole("button", { name: /Import the other 10,?999 rows without them/ }).click();
  const tasks = await heldTasks(studio.program.process.pid ?? 0);
  await report.getByRole("button", { name: "Cancel" }).click();
  await report.getByText("It was cancelled; no dataset was made.").waitFor(patient);
  await letGo(tasks);
  expect(await askStudio(studio, "GET", "/api/v1/data")).toEqual({ sets: [] });
  await importFile(page, "others.jsonl", lines.filter((_, at) => at !== 7000).join("\n"));
  const others = page.getByRole("region", { name: "Import of others.jsonl" });
  await others.getByText(/10,999 rows read, 10,999 imported/).waitFor(patient);
  await others.getByRole("link", { name: "View the rows" }).click();
  await page.getByText(words.slice(0, 30)).first().waitFor();
  expect(problems).toEqual([]);
}, 600_000);

test("a row is changed in place, lasts, shows in another window, and is undone", async () => {
  const studio = await openStudio();
  const id = await filled(studio, shop);
  const { page } = await openPage(studio, `/data/${id}?tab=rows&row=0`);
  const other = await page.context().newPage();
  await other.goto(`${studio.origin}/data/${id}?tab=rows&row=0`);
  await other.getByRole("complementary").getByText("It comes on Monday.").waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "2. assistant" }).fill("It comes on Tuesday.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Row 1 is saved").waitFor();
  await other.getByRole("complementary").getByText("It comes on Tuesday.").first().waitFor();
  await page.reload();
  const detail = page.getByRole("complementary");
  await detail.getByText("It comes on Tuesday.").first().waitFor();
  await detail.getByRole("button", { name: "Undo" }).click();
  await expect
    .poll(async () => {
      const row = await askStudio<{ said: { text: string }[] }>(
        studio,
        "GET",
        `/api/v1/data/${id}/rows/0`,
      );
      return row.said.at(-1)?.text;
    })
    .toBe("It comes on Monday.");
  await detail.getByText("undone by user").waitFor();
});

test("by keys alone: to the rows, through them, changed and saved", async () => {
  const studio = await openStudio();
  const id = await filled(studio, shop);
  const { page } = await openPage(studio, `/data/${id}?tab=rows`);
  await page.getByText("Where is my parcel?").waitFor();
  await page.keyboard.press("j");
  await page.getByRole("complementary", { name: "Row 1" }).waitFor();
  await page.keyboard.press("j");
  await page.getByRole("complementary", { name: "Row 2" }).waitFor();
  await page.keyboard.press("k");
  await page.getByRole("complementary", { name: "Row 1" }).waitFor();
  await page.keyboard.press("e");
  await page.getByRole("textbox", { name: "1. user" }).waitFor();
  await page.keyboard.press("End");
  await page.keyboard.type(" Please.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Row 1 is saved").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("invoice");
  await expect.poll(() => page.getByRole("row").count()).toBe(3);
});

test("duplicates are found, taken out with their reason, and come back", async () => {
  const studio = await openStudio();
  const id = await filled(studio, shop);
  const { page } = await openPage(studio, `/data/${id}?tab=duplicates`);
  await page.getByRole("button", { name: "Find duplicates" }).click();
  await page.getByRole("button", { name: /Remove 1 row,/ }).click();
  await page.getByRole("link", { name: "Left out" }).click();
  await page.getByText("duplicate: identical to row 3").waitFor();
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByText("Nothing was left out").waitFor();
});

test("an export tells what it loses before the file is taken", async () => {
  const studio = await openStudio();
  const id = await filled(studio, shop);
  const { page } = await openPage(studio, `/data/${id}?tab=export`);
  await page.getByRole("button", { name: "Check what it loses" }).click();
  await page.getByText("the format does not support it").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /^Download/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("shop.openai-sft.jsonl");
});

test("no violation on any part of a set, in either theme", async () => {
  const studio = await openStudio();
  const id = await filled(studio, shop);
  const own = `/api/v1/data/${id}`;
  const keep = async (message: string) =>
    await askStudio(studio, "POST", `/api/v1/datasets/${id}/versions`, { message });
  await keep("first");
  // history of a row, something left out, duplicates found, two versions that differ
  await askStudio(studio, "PUT", `${own}/rows/1`, { content: JSON.parse(shop[0]!) });
  await askStudio(studio, "POST", `${own}/looks/duplicates`, { options: { threshold: 0.8 } });
  await keep("second");
  const { page, problems } = await openPage(studio, `/data/${id}`);
  const look = async (part: string, stands: string | RegExp): Promise<void> => {
    await page.goto(`${studio.origin}/data/${part}`);
    await page.getByText(stands).first().waitFor();
    expect(await violationsInThemes(page), part).toEqual([]);
  };
  await look(`${id}`, "Characters per row");
  await look(`${id}?tab=rows&row=1`, "History");
  await look(`${id}?tab=rows&row=1&edit=1`, "Discard changes");
  await look(`${id}?tab=duplicates`, /Remove \d+ rows?,/);
  await look(`${id}?tab=export`, "Written for");
  await look(`${id}?tab=versions`, "Versions of");
  await look("sets/shop?tab=versions&from=1&to=2", /added, .* changed/);
  await askStudio(studio, "POST", `${own}/duplicates/drop`, { options: { threshold: 0.8 } });
  await look(`${id}?tab=left-out`, "duplicate: identical");
  await look(`${id}?tab=rows&status=removed&row=3`, "Not in the dataset");
  await look(`${id}?tab=rows&q=nowhere`, "Search the");
  expect(problems).toEqual([]);
});

test("a server that fails or is slow is told of, and tried again", async () => {
  const studio = await openStudio();
  const id = await filled(studio, shop);
  const { page } = await openPage(studio, "/data");
  const lines = `${studio.apiUrl}/api/v1/data/${id}/lines?*`;
  const headers = {
    "access-control-allow-origin": studio.origin,
    "access-control-allow-credentials": "true",
  };
  const body = JSON.stringify({ error: { code: "FT-TEST-001", message: "the disk is full" } });
  await page.route(lines, async (route) =>
    route.fulfill({ status: 500, contentType: "application/json", headers, body }),
  );
  await page.goto(`${studio.origin}/data/${id}?tab=rows`);
  await page.getByRole("alert").getByText("the disk is full").waitFor();
  await page.unroute(lines);
  await page.route(lines, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue();
  });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Where is my parcel?").waitFor();
});

test("twenty thousand rows scroll by the wheel without a blank row, and are there after a jump", async () => {
  const studio = await openStudio();
  const rows = Array.from({ length: 20_000 }, (_, row) =>
    chat(`Question ${row}?`, `Answer ${row}.`),
  );
  const id = await filled(studio, rows);
  const { page } = await openPage(studio, `/data/${id}?tab=rows`);
  await page.getByText("Question 0?").waitFor();
  // a machine that answers slowly because of all else that it does is scrolled on as slowly
  const asked = performance.now();
  await askStudio(studio, "GET", `/api/v1/data/${id}/lines?from=15000&limit=100`);
  const answer = performance.now() - asked;
  const slow = await scroll(page, 100, 3, Math.max(16, answer / 5));
  expect(slow.frames).toBeGreaterThan(10);
  expect(slow.blankFrames).toBe(0);
  expect(await jump(page, 0.9)).toBeLessThan(Math.max(5000, 50 * answer));
  await page
    .getByText(/^Question 179\d\d\?$/)
    .first()
    .waitFor();
});

test("sets are filtered, merged, sampled, deleted after one question", async () => {
  const studio = await openStudio();
  await filled(studio, shop.slice(0, 2));
  await filled(studio, shop.slice(2));
  const { page } = await openPage(studio, "/data?q=nothing-like-it");
  await page.getByText("No dataset matches").waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  const boxes = page.getByRole("checkbox", { name: "Choose shop" });
  await boxes.nth(1).waitFor({ state: "attached" });
  for (const box of await boxes.all()) await box.check();
  await page.getByRole("button", { name: "Merge 2 datasets" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("both");
  await page.getByRole("button", { name: "Merge", exact: true }).click();
  await page.getByRole("heading", { name: "both", level: 1 }).waitFor();
  await page.getByRole("button", { name: "More: both" }).click();
  await page.getByRole("menuitem", { name: "Sample rows…" }).click();
  await page.getByRole("textbox", { name: "Rows" }).fill("3");
  await page.getByRole("button", { name: "Sample into a new dataset" }).click();
  await page
    .getByText(/: 3 rows$/)
    .first()
    .waitFor({ state: "attached" });
  await page.goto(`${studio.origin}/data`);
  await page.getByRole("button", { name: "More: both" }).first().click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByText("This cannot be undone here.").waitFor();
  await page.getByRole("button", { name: /^Delete both/ }).click();
  await page.getByText(/is deleted/).waitFor();
  const { sets } = await askStudio<{ sets: unknown[] }>(studio, "GET", "/api/v1/data");
  expect(sets).toHaveLength(3);
});
