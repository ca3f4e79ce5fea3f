// Every page over a server that fails, that is slow, that goes away: something is said, nothing is blank, and it comes back.
import { gzipSync } from "node:zlib";
import type { Page, Route } from "playwright-core";
import { expect, test } from "vitest";
import { openPage, openStudio, type OpenStudio } from "../support/browser.ts";
import { closedGate } from "../support/fake-provider.ts";

async function addressesOf(page: Page): Promise<string[]> {
  const links = page.getByRole("navigation").getByRole("link");
  await links.first().waitFor();
  return await page.evaluate<string[]>(
    "[...document.querySelectorAll('nav a')].map((link) => link.pathname)",
  );
}

const body = JSON.stringify({
  error: { code: "FT-TEST-001", message: "the disk is full", hint: "make room" },
});

const allowing = ({ origin }: OpenStudio) => ({
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
});

/** Requests for data, not the stream of events. */
const isAsked = (studio: OpenStudio) => (url: URL) =>
  url.origin === studio.apiUrl && url.pathname !== "/api/v1/events";

test("on every page a failure is told, and is over when the server has recovered", async () => {
  const studio = await openStudio();
  const { page, problems } = await openPage(studio);
  const asked = isAsked(studio);
  const fail = async (route: Route): Promise<void> =>
    await route.fulfill({
      ...{ status: 500, contentType: "application/json", body, headers: allowing(studio) },
    });
  for (const path of await addressesOf(page)) {
    await page.route(asked, fail);
    await page.goto(`${studio.origin}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const trouble = page.getByRole("alert").filter({ hasText: "the disk is full" });
    await trouble.first().waitFor();
    await page.unroute(asked, fail);
    while ((await trouble.count()) > 0) {
      const again = trouble.first().getByRole("button", { name: "Try again" });
      await again.click({ timeout: 5000 }).catch(() => undefined);
      await page.waitForTimeout(300);
    }
    expect(await page.getByRole("heading", { level: 1 }).count(), path).toBe(1);
  }
  expect(problems).toEqual([]);
});

test("a slow server leaves no page blank", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio);
  const asked = isAsked(studio);
  for (const path of await addressesOf(page)) {
    // nothing comes before the page says something
    const seen = closedGate();
    const hold = async (route: Route): Promise<void> => {
      await seen.opened;
      await route.continue().catch(() => undefined);
    };
    await page.route(asked, hold);
    await page.goto(`${studio.origin}${path}`, { waitUntil: "commit" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    seen.open();
    await page.unroute(asked, hold);
  }
});

test("the first load needs at most 350 KB of script, compressed", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio);
  await page.goto("about:blank");
  let bytes = 0;
  const reading: Promise<void>[] = [];
  page.on("response", (response) => {
    if (!response.url().endsWith(".js")) return;
    reading.push(response.body().then((text) => void (bytes += gzipSync(text).length)));
  });
  await page.goto(studio.origin);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("load");
  await Promise.all(reading);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(350 * 1024);
});
