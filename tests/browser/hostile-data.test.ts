// The pages of data with what nobody expects: names of markup, other directions of writing, line ends and 300 letters; a row
// of 5,000 turns; a set, a run and a row that go or change under an open window; an import cut short.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import {
  askStudio,
  openPage,
  openStudio,
  type OpenStudio,
  violations,
} from "../support/browser.ts";
import { makeFolder } from "../support/folders.ts";
import { ended, patient, rowsIn, start } from "../support/studio-training.ts";

const chat = (question: string, answer: string): string =>
  JSON.stringify({
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ],
  });

/** Hands a file in; gives the number of the set that it makes. */
async function handIn(studio: OpenStudio, name: string, lines: readonly string[]): Promise<string> {
  const form = new FormData();
  form.append("file", new Blob([lines.join("\n")]), name);
  const answer = await fetch(`${studio.apiUrl}/api/v1/data/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${studio.token}` },
    body: form,
  });
  return ((await answer.json()) as { made: string }).made;
}

const overWidth = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

const names = [
  "<img src=x onerror=window.broken=1>.jsonl",
  "\u202Egnp.live\u202C.jsonl",
  `${"n".repeat(294)}.jsonl`,
  "🧨👩‍👩‍👧‍👦.jsonl",
  "two\nlines.jsonl",
  "מערך של שיחות.jsonl",
];

test("names and rows of any letters stand on every page of a set, and change none of it", async () => {
  const studio = await openStudio();
  const hostile = [
    chat("<script>window.broken=1</script>", "[x](javascript:alert(1)) **bold**"),
    chat("متى يصل طلبي؟ <b>12</b>", "خلال ثلاثة أيام (3)."),
    chat("注文はいつ届きますか？".repeat(80), "三日以内です。"),
    chat("a\u202Eb\u0000c\u200B", `${"x".repeat(5000)} 🧨`),
  ];
  const sets: string[] = [];
  for (const name of names) sets.push(await handIn(studio, name, hostile));
  const { page, problems } = await openPage(studio, "/data", {
    viewport: { width: 900, height: 800 },
  });
  await page.getByText("n".repeat(40)).first().waitFor();
  for (const path of ["/data", ...sets.map((id) => `/data/${id}?tab=rows&row=1`)]) {
    await page.goto(`${studio.origin}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (path !== "/data")
      await page.getByRole("complementary").getByText("متى يصل طلبي؟").waitFor();
    expect(await overWidth(page), path).toBeLessThanOrEqual(0);
    expect(await page.evaluate("window.broken")).toBeUndefined();
  }
  await page.goto(`${studio.origin}/data/${sets[0]}`);
  await page.getByText("Characters per row").waitFor();
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
}, 300_000);

test("a row of 5,000 turns opens, is edited and saved", async () => {
  const studio = await openStudio();
  const messages = Array.from({ length: 5000 }, (_, turn) => ({
    role: turn % 2 === 0 ? "user" : "assistant",
    content: `Turn ${turn}`,
  }));
  const id = await handIn(studio, "long.jsonl", [JSON.stringify({ messages })]);
  const { page } = await openPage(studio, `/data/${id}?tab=rows&row=0`);
  const row = page.getByRole("complementary", { name: "Row 1" });
  await row.getByText("Turn 0", { exact: true }).waitFor();
  // not all of them at once, or the page would stand still
  expect(await row.getByRole("listitem").count()).toBeLessThan(500);
  await row.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "1. user", exact: true }).fill("Turn nought");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Row 1 is saved").waitFor(patient);
  const kept = await askStudio<{ content: { messages: unknown[] } }>(
    studio,
    "GET",
    `/api/v1/data/${id}/rows/0`,
  );
  expect(kept.content.messages).toEqual([
    { role: "user", content: "Turn nought" },
    ...messages.slice(1),
  ]);
}, 300_000);

test("two windows edit one row: nothing is written over unseen", async () => {
  const studio = await openStudio();
  const id = await handIn(studio, "both.jsonl", [chat("Who?", "Nobody yet.")]);
  const path = `/data/${id}?tab=rows&row=0&edit=1`;
  const { page } = await openPage(studio, path);
  // a browser of its own hears nothing of the other window: the server says it
  const { page: apart } = await openPage(studio, path);
  const near = await page.context().newPage();
  await near.goto(`${studio.origin}${path}`);
  const field = (of: Page) => of.getByRole("textbox", { name: "2. assistant" });
  for (const one of [page, near, apart]) await field(one).fill("Mine.");
  await field(near).fill("Theirs.");
  await near.getByRole("button", { name: "Save", exact: true }).click();
  await near.getByText("Row 1 is saved").waitFor();
  const told = (of: Page) => of.getByRole("alert", { name: "Changed elsewhere" });
  await told(page).getByText("Theirs.").waitFor();
  expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
  await apart.getByRole("button", { name: "Save", exact: true }).click();
  await told(apart).getByText("Theirs.").waitFor();
  await told(apart).getByRole("button", { name: "Edit this one" }).click();
  expect(await field(apart).inputValue()).toBe("Theirs.");
  await told(page).getByRole("button", { name: "Keep mine and overwrite it" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Row 1 is saved").waitFor();
  const row = await askStudio<{ said: { text: string }[]; edits: unknown[] }>(
    studio,
    "GET",
    `/api/v1/data/${id}/rows/0`,
  );
  expect(row.said.at(-1)?.text).toBe("Mine.");
  expect(row.edits).toHaveLength(2);
}, 300_000);

test("what is deleted under a window offers nothing to press any more: a set, a run", async () => {
  const studio = await openStudio();
  const id = await handIn(studio, "goes.jsonl", [chat("Who?", "Nobody.")]);
  const { page } = await openPage(studio, `/data/${id}`);
  await page.getByText("Characters per row").waitFor();
  const other = await page.context().newPage();
  await other.goto(`${studio.origin}/data`);
  await other.getByRole("button", { name: "More: goes" }).click();
  await other.getByRole("menuitem", { name: "Delete…" }).click();
  await other.getByRole("button", { name: /^Delete goes/ }).click();
  await page.getByText(`There is no dataset ${id}`).waitFor();
  expect(await page.getByRole("main").getByRole("button").allInnerTexts()).toEqual(["Try again"]);
  const values = {
    "model.name": "builtin/tiny",
    "data.train_file": rowsIn(studio),
    "optimization.iters": 2,
  };
  const run = (await ended(studio, await start(studio, values))).result?.runId ?? "";
  await page.goto(`${studio.origin}/runs/${run}`);
  await page.getByRole("button", { name: "Delete" }).waitFor();
  await other.goto(`${studio.origin}/runs/${run}`);
  await other.getByRole("button", { name: "Delete" }).click();
  await other.getByRole("button", { name: "Delete the run" }).click();
  await other.waitForURL(`${studio.origin}/runs`);
  await page.getByText(`Unknown run '${run}'`).waitFor(patient);
  expect(await page.getByRole("main").getByRole("button").allInnerTexts()).toEqual(["Try again"]);
}, 600_000);

test("an import cut short by a reload or a server that ends makes no half set", async () => {
  const home = makeFolder();
  const first = await openStudio({ FT_HOME: home });
  const { page } = await openPage(first, "/data");
  await page.getByText("No data yet").waitFor();
  const many = Array.from({ length: 60_000 }, (_, at) => chat(`Question ${at}?`, "An answer."));
  const file = { name: "many.jsonl", mimeType: "application/octet-stream" };
  const choose = async (): Promise<void> =>
    await page
      .locator("input[type=file]")
      .setInputFiles({ ...file, buffer: Buffer.from(many.join("\n")) });
  const rowsNow = async (studio: OpenStudio): Promise<number[]> => {
    const { sets } = await askStudio<{ sets: { rows: number }[] }>(studio, "GET", "/api/v1/data");
    return sets.map(({ rows }) => rows);
  };
  await choose();
  await page.getByRole("region", { name: "Import of many.jsonl" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  // what was under way is whole or not there
  expect([[], [60_000]]).toContainEqual(await rowsNow(first));
  await choose();
  await page.getByRole("region", { name: "Import of many.jsonl" }).waitFor();
  first.program.process.kill("SIGKILL");
  await first.program.ended;
  await page
    .getByRole("region", { name: "Import of many.jsonl" })
    .getByRole("button", { name: "Try again" })
    .waitFor();
  const again = await openStudio({ FT_HOME: home });
  expect((await rowsNow(again)).every((rows) => rows === 60_000)).toBe(true);
}, 600_000);
