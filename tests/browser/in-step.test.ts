// Home and the pages that make data, each open twice: what changes in one window shows in the other, a reload comes back to
// the same place, and a server that is started again is found by all of them. More windows than a browser has connections.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { askStudio, openPage, openStudio, type OpenStudio } from "../support/browser.ts";
import { qualitySet } from "../support/quality-set.ts";

const faq = Array.from(
  { length: 4 },
  (_, at) => `Q: What does part ${at} cost?\nA: Part ${at} costs ${at + 2} euros.\n\n`,
).join("");

/** A job that reads a document, by nobody's window. */
async function readingOf(studio: OpenStudio, name: string): Promise<void> {
  const { id } = await askStudio<{ id: number }>(studio, "POST", "/api/v1/reviews", { name });
  const form = new FormData();
  form.append("file", new Blob([faq]), name);
  await fetch(`${studio.apiUrl}/api/v1/reviews/${id}/files`, {
    ...{ method: "POST", body: form, headers: { authorization: `Bearer ${studio.token}` } },
  });
  await askStudio(studio, "POST", `/api/v1/reviews/${id}/start`);
}

async function reviewIn(page: Page, origin: string): Promise<string> {
  await page.goto(`${origin}/identify`);
  await page.getByLabel("Choose files").setInputFiles({
    ...{ name: "parts.txt", mimeType: "text/plain", buffer: Buffer.from(faq) },
  });
  await page.waitForURL(/\/identify\/\d+/);
  await page.getByText("4 conversations: 4 to decide").waitFor({ timeout: 60_000 });
  return new URL(page.url()).pathname;
}

interface Watched {
  path: string;
  /** What stands there at first, and does after a reload and when the server is back. */
  stands: string | RegExp;
  /** Done in one window, by whatever means. */
  change: (page: Page) => Promise<void>;
  /** Then stands in both. */
  after: string | RegExp;
}

test(
  "two windows stay in step, a reload keeps the place, a server started again is found",
  { timeout: 600_000 },
  async () => {
    const set = await qualitySet(6, 0);
    const environment = set.environment as Record<string, string>;
    const first = await openStudio(environment);
    const { origin } = first;
    const { page, problems } = await openPage(first);
    const context = page.context();
    await context.clearCookies();
    await page.goto(first.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const review = await reviewIn(page, origin);
    const quality = await askStudio<{ job_id: number }>(first, "POST", "/api/quality/start", {
      ...{ dataset_id: set.id, batch_size: 6 },
    });
    const watched: Watched[] = [
      {
        ...{ path: "/", stands: "This machine", after: "documents of review 2" },
        change: async () => await readingOf(first, "house.txt"),
      },
      {
        path: `/data/${set.id}?tab=rows&row=0`,
        ...{ stands: "Row 1", after: "Row 1 is saved" },
        change: async (one) => {
          await one.getByRole("button", { name: "Edit" }).click();
          await one.getByRole("textbox", { name: /^1\. / }).fill("Said in one window alone.");
          await one.keyboard.press("Control+Enter");
          await one.getByText("Row 1 is saved").waitFor();
        },
      },
      {
        ...{ path: review, stands: /4 conversations/, after: /1 accepted, 0 rejected/ },
        change: async (one) => {
          await one.getByRole("button", { name: /^user/ }).first().waitFor();
          await one.keyboard.press("a");
        },
      },
      {
        path: "/generate?domain=support&subdomain=billing&count=77",
        ...{ stands: "1. What is it about?", after: "1. What is it about?" },
        change: async () => undefined,
      },
      {
        path: `/quality/${quality.job_id}`,
        ...{ stands: /of 6 rows judged/, after: "6 of 6 rows judged" },
        change: async () => undefined,
      },
    ];
    const pairs: [Watched, Page, Page][] = [];
    for (const one of watched) {
      const both = [await context.newPage(), await context.newPage()] as const;
      for (const of of both) await of.goto(`${origin}${one.path}`);
      for (const of of both) await of.getByText(one.stands).first().waitFor();
      pairs.push([one, ...both]);
    }
    for (const [one, left, right] of pairs) {
      await one.change(left);
      const told = one.path.includes("row=0") ? "Said in one window alone." : one.after;
      await right.getByText(told).first().waitFor();
      const address = right.url();
      await right.reload();
      await right.getByText(told).first().waitFor();
      expect(right.url()).toBe(address);
    }

    const ports = { port: new URL(first.url).port, apiPort: new URL(first.apiUrl).port };
    await first.stop();
    for (const [, left] of pairs) await left.getByText("This page keeps trying").waitFor();
    await openStudio(environment, ports);
    for (const [one, left, right] of pairs)
      for (const of of [left, right]) {
        await of.getByText("This page keeps trying").waitFor({ state: "detached" });
        const told = one.path.includes("row=0") ? "Said in one window alone." : one.stands;
        await of.getByText(told).first().waitFor();
        await of.getByRole("button", { name: "Try again" }).first().waitFor({ state: "detached" });
      }
    expect(problems).toEqual([]);
  },
);

test("the window that hears the server is closed, and another hears it", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio, "/jobs");
  await page.getByText("The queue is empty").waitFor();
  const other = await page.context().newPage();
  await other.goto(`${studio.origin}/jobs`);
  await other.getByText("The queue is empty").waitFor();
  await page.close();
  await readingOf(studio, "later.txt");
  await other.getByText("documents of review 1").first().waitFor();
});
