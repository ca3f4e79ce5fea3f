// The pages that make datasets, in a real browser: a set looked at, paid for, cancelled and gone on with; documents
// dropped in and corrected with keys; quality control with the last word; a server that fails or is slow; no mouse.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import {
  askStudio,
  atRest,
  type OpenStudio,
  openPage,
  openStudio,
  violations,
  violationsInThemes,
} from "../support/browser.ts";
import { closedGate, FakeProvider } from "../support/fake-provider.ts";
import { makeFolder } from "../support/folders.ts";
import { qualitySet } from "../support/quality-set.ts";
import { rowWriter, studioEnvironment } from "../support/studio-program.ts";

/** On a machine that does much beside. */
const soon = { timeout: 60_000 };

interface Made {
  state: string;
  made: number;
  dataset: { id: number } | null;
}

const setOf = (studio: OpenStudio, page: Page) =>
  askStudio<Made>(studio, "GET", `/api/v1/generator/${page.url().split("/").at(-1)}`);

test("a set: its price, three rows, a reload, cancelled and gone on with to the last row", async () => {
  // after the three that are looked at, none comes before the job is cancelled
  const [cancelled, write] = [closedGate(), rowWriter(0)];
  const fake = await FakeProvider.start((request) => ({
    ...write(request),
    ...(request.number > 3 && { after: cancelled.opened }),
  }));
  const studio = await openStudio(studioEnvironment(makeFolder(), fake.origin));
  const { page, problems } = await openPage(studio, "/generate");
  await page.getByRole("radio", { name: /Customer Support/ }).check({ force: true });
  await page.getByRole("radio", { name: /Billing/ }).check({ force: true });
  await page.getByRole("textbox", { name: "Rows" }).fill("12");
  await page.getByText("up to 36").waitFor();
  expect(fake.bill.requests).toBe(0);
  await page.getByRole("button", { name: "Change the weights of channel" }).click();
  await page.getByRole("textbox", { name: "Weight of email" }).fill("0");
  await page.waitForURL(/channel\.email/);
  await page.reload();
  await page.getByRole("button", { name: "Show me three rows" }).click();
  await page.getByText("waiting for you").waitFor();
  await page.reload();
  await page.getByRole("region", { name: "Row 3" }).waitFor();
  expect(await page.getByRole("region", { name: /^Row \d/ }).count()).toBe(3);
  expect(fake.bill.requests).toBe(3);
  await page.getByRole("button", { name: "Write the other 9 rows" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  cancelled.open();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("link", { name: "Open the dataset" }).waitFor();
  await expect.poll(async () => (await setOf(studio, page)).made, soon).toBe(12);
  expect(await setOf(studio, page)).toMatchObject({ state: "ended", made: 12 });
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("a preview that does not please is thrown away, and its set with it", async () => {
  const fake = await FakeProvider.start(rowWriter(20));
  const studio = await openStudio(studioEnvironment(makeFolder(), fake.origin));
  const { page } = await openPage(studio, "/generate?domain=support&subdomain=billing&count=50");
  await page.getByRole("button", { name: "Show me three rows" }).click();
  await page.getByText("waiting for you").waitFor();
  await page.getByRole("button", { name: "Discard these 3 rows" }).click();
  await page.waitForURL(`${studio.origin}/generate`);
  expect(await askStudio(studio, "GET", "/api/datasets")).toEqual([]);
  expect(fake.bill.requests).toBe(3);
});

const calls = Array.from(
  { length: 10 },
  (_, at) =>
    `Call ${at + 1}\n\nCustomer: My printer number ${at} prints only blank pages. What can I do?\n` +
    `Agent: Is the cartridge new?\nCustomer: Yes, I put it in today, number ${at}.\n` +
    `Agent: Then take off the strip of orange tape on its lower side.\n\n---\n\n`,
).join("");

test("documents that are handed in by two clicks are handed in once", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio, "/identify");
  const chosen = page.getByLabel("Choose files");
  await chosen.waitFor({ state: "attached" });
  // two drops of one file before the page is drawn anew
  await page.evaluate(`
    const zone = document.querySelector("[data-over]");
    for (let at = 0; at < 2; at++) {
      const dataTransfer = new DataTransfer();
      const told = { type: "text/plain", lastModified: 1 };
      dataTransfer.items.add(new File([${JSON.stringify(calls)}], "calls.txt", told));
      zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
    }
  `);
  await page.waitForURL(/\/identify\/\d+/);
  await page.getByText("10 conversations: 10 to decide").waitFor(soon);
  const { reviews } = await askStudio<{ reviews: { files: number }[] }>(
    ...([studio, "GET", "/api/v1/reviews"] as const),
  );
  expect(reviews.map(({ files }) => files)).toEqual([1]);
  // a double click accepts the conversation that is shown, not the one that comes after it
  await page.getByRole("button", { name: "Accept a", exact: true }).dblclick();
  await page.getByText("1 accepted, 0 rejected").waitFor();
  await page.waitForTimeout(600);
  await page.getByRole("button", { name: "Accept a", exact: true }).click();
  await page.getByText("2 accepted, 0 rejected").waitFor();
});

test("documents dropped in: ten conversations corrected with keys, undone, made a dataset", async () => {
  const studio = await openStudio();
  const { page, problems } = await openPage(studio, "/identify");
  await page.getByLabel("Choose files").setInputFiles([
    { name: "calls.txt", mimeType: "text/plain", buffer: Buffer.from(calls) },
    { name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\nbroken") },
  ]);
  await page.waitForURL(/\/identify\/\d+/);
  await page.getByText("10 conversations: 10 to decide").waitFor();
  const turns = page.getByRole("button", { name: /^assistant|^user/ });
  await turns.first().waitFor();
  const id = page.url().split("/").at(-1)?.split("?")[0];
  const conversation = page.url();
  for (let at = 0; at < 10; at++) {
    // the last two turns go, and the first role is looked at both ways
    for (const turn of [1, 2, 3]) {
      await page.keyboard.press("n");
      await page.waitForURL(new RegExp(`[?&]t=${turn}`));
    }
    await page.keyboard.press("d");
    await expect.poll(() => turns.count(), soon).toBe(3);
    await page.keyboard.press("d");
    await expect.poll(() => turns.count(), soon).toBe(2);
    if (at === 0) {
      await page.keyboard.press("p");
      await page.waitForURL((url) => !url.searchParams.has("t"));
      await page.keyboard.press("t");
      await page.getByText("two consecutive messages of the same role").waitFor();
      await page.keyboard.press("z");
      await page
        .getByText("two consecutive messages of the same role")
        .waitFor({ state: "detached" });
    }
    await page.keyboard.press("a");
    await page.getByText(`${at + 1} accepted, 0 rejected`).waitFor();
    if (at < 9) await expect.poll(() => turns.count(), soon).toBe(4);
  }
  expect(conversation).toContain("/identify/");
  await page.keyboard.press("z");
  await page.getByText("9 accepted, 0 rejected").waitFor();
  await page.keyboard.press("Shift+Z");
  await page.getByText("10 accepted, 0 rejected").waitFor();
  await page.reload();
  await page.getByText("10 accepted, 0 rejected").waitFor();
  await page.getByRole("button", { name: "Make a dataset of 10 accepted" }).click();
  await page.getByRole("link", { name: "Open the dataset" }).waitFor();
  const [set] = await askStudio<{ id: number; example_count: number }[]>(
    studio,
    "GET",
    "/api/datasets",
  );
  expect(set?.example_count).toBe(10);
  const { examples } = await askStudio<{
    examples: { content: { messages: { content: string }[] } }[];
  }>(studio, "GET", `/api/datasets/${set?.id}/examples`);
  for (const { content } of examples) {
    expect(content.messages).toHaveLength(2);
    for (const { content: said } of content.messages) expect(calls).toContain(said);
  }
  await page.goto(`${studio.origin}/identify/${id}?view=documents`);
  await page.getByText(/Damaged, or not what its name says/).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test(
  "quality: judged row by row, a mending taken back with keys, rated blind",
  { timeout: 600_000 },
  async () => {
    const set = await qualitySet(24, 0);
    const studio = await openStudio(set.environment as Record<string, string>);
    const { page, problems } = await openPage(studio, `/quality?dataset=${set.id}`);
    await page.getByText("gpt-4o-mini").waitFor();
    expect(set.fake.bill.requests).toBe(0);
    await page.getByRole("button", { name: "Judge its rows" }).click();
    await page.waitForURL(/\/quality\/\d+/);
    await page.getByText("24 of 24 rows judged").waitFor({ timeout: 90_000 });
    await page.getByRole("button", { name: /^Accept/ }).waitFor();
    const rowInHand = page.getByRole("article");
    const first = await rowInHand.getAttribute("aria-label");
    await page.getByRole("button", { name: /^Accept/ }).dblclick();
    await expect.poll(() => rowInHand.getAttribute("aria-label")).not.toBe(first);
    await atRest(page);
    const { rows } = await askStudio<{ rows: { is_accepted: boolean }[] }>(
      ...([
        studio,
        "GET",
        `/api/v1/quality/${page.url().split(/[/?]/)[4]}/rows?limit=100`,
      ] as const),
    );
    expect(rows.filter((row) => row.is_accepted)).toHaveLength(1);
    await page.goto(`${page.url().split("?")[0]}?decision=fixed`);
    await page.getByRole("region", { name: "Rewritten" }).waitFor();
    await page.keyboard.press("u");
    await page.getByText("undone", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("undone", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Apply it again" }).click();
    await page.getByText("accepted", { exact: false }).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${page.url().split("?")[0]}?view=rate`);
    await page.getByText("0 rated").waitFor();
    for (let at = 0; at < 3; at++) {
      await page.keyboard.press("7");
      await page.getByText(`; ${at + 1} rated`).waitFor();
    }
    await page.getByText("Kappa, quadratic weights").waitFor();
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
  },
);

/** What a person opens on the way, each without faults that axe knows. */
async function looked(page: Page, origin: string, views: readonly [string, string | RegExp][]) {
  for (const [path, stands] of views) {
    await page.goto(`${origin}${path}`);
    await page.getByText(stands).first().waitFor();
    expect(await violationsInThemes(page), path).toEqual([]);
  }
}

test("no violation on any part of a review and of a quality run, in either theme", async () => {
  const set = await qualitySet(24, 0);
  const studio = await openStudio(set.environment as Record<string, string>);
  const { job_id: job } = await askStudio<{ job_id: number }>(
    ...([studio, "POST", "/api/quality/start", { dataset_id: set.id, auto_remove: true }] as const),
  );
  const { page } = await openPage(studio, "/identify?least=3");
  await page.getByLabel("Choose files").setInputFiles([
    { name: "calls.txt", mimeType: "text/plain", buffer: Buffer.from(calls) },
    { name: "faq.txt", mimeType: "text/plain", buffer: Buffer.from("Q: Is it open?\nA: Yes.\n") },
  ]);
  await page.waitForURL(/\/identify\/\d+/);
  await page.getByText("10 conversations: 10 to decide").waitFor(soon);
  const review = new URL(page.url()).pathname;
  await looked(page, studio.origin, [
    ["/identify?reading=open&by=openai", "Minimum certainty"],
    [`${review}?t=1`, "Accept all certain ones"],
    [`${review}?view=documents`, "1 piece was found and left out"],
    [`${review}?view=left`, "2 turns; the minimum is 3"],
    [`${review}?view=history`, "Nothing yet"],
    [`/quality?dataset=${set.id}&more=yes`, "What matters in this dataset"],
    [`/quality/${job}`, /24 of 24 rows judged/],
    [`/quality/${job}?decision=fixed`, "Rewritten"],
    [`/quality/${job}?decision=removed`, "Restore it"],
    [`/quality/${job}?view=rate`, "0 rated"],
  ]);
  expect(await page.getByText("0 rated").count()).toBe(1);
});

const pages = [
  ["/generate", "/api/v1/generator/domains"],
  ["/identify", "/api/v1/reviews"],
  ["/quality", "/api/datasets"],
] as const;

test.each(pages)(
  "%s says what is wrong when the server fails, and waits for a slow one",
  async (path, asked) => {
    const studio = await openStudio();
    const { page } = await openPage(studio);
    const headers = {
      "access-control-allow-origin": studio.origin,
      "access-control-allow-credentials": "true",
    };
    const body = JSON.stringify({ error: { code: "FT-TEST-001", message: "the disk is full" } });
    const of = (url: URL): boolean => url.pathname === asked;
    await page.route(of, (route) =>
      route.fulfill({ status: 500, contentType: "application/json", body, headers }),
    );
    await page.goto(`${studio.origin}${path}`);
    const trouble = page.getByRole("alert").first();
    await trouble.getByText("the disk is full").waitFor();
    await page.unroute(of);
    await trouble.getByRole("button", { name: "Try again" }).click();
    await trouble.waitFor({ state: "detached" });
    const seen = closedGate();
    await page.route(of, async (route) => {
      await seen.opened;
      await route.continue();
    });
    await page.goto(`${studio.origin}${path}`);
    await page.locator("[aria-busy=true]").first().waitFor();
    seen.open();
    await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
);

test("without a mouse: a domain, its part and three rows", async () => {
  const fake = await FakeProvider.start(rowWriter(10));
  const studio = await openStudio(studioEnvironment(makeFolder(), fake.origin));
  const { page } = await openPage(studio, "/", { colorScheme: "dark" });
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await page.waitForURL(`${studio.origin}/generate`);
  await page.getByRole("radio", { name: /Customer Support/ }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("radio", { name: /Technical Support/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.waitForURL(/subdomain=account_management/);
  await page.getByRole("button", { name: "Show me three rows" }).focus();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.getByText("waiting for you").waitFor();
});
