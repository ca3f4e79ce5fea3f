// Every page of the studio, whichever there are: opens by its address and by a link, has no fault that axe knows of in
// either theme, fits narrow and wide windows, says what is wrong when the server fails.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { askStudio, openPage, openStudio, violationsInThemes } from "../support/browser.ts";

async function titlesOf(page: Page): Promise<string[]> {
  const links = page.getByRole("navigation").getByRole("link");
  await links.first().waitFor();
  return (await links.allInnerTexts()).map((text) => text.trim());
}

test("the link gives a cookie and leaves no key in the address; what is open to all is nothing", async () => {
  const studio = await openStudio();
  const { page, problems } = await openPage(studio);
  await page.context().clearCookies();
  const without = await page.goto(studio.origin);
  expect(without?.status()).toBe(401);
  await page.goto(studio.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(page.url()).toBe(`${studio.origin}/`);
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
  expect(problems).toEqual([]);
});

test("no violation on any page, in either theme", async () => {
  const studio = await openStudio();
  const { page, problems } = await openPage(studio);
  for (const title of await titlesOf(page)) {
    await page.getByRole("navigation").getByRole("link", { name: title, exact: true }).click();
    await page.getByRole("navigation").locator("[aria-current=page]", { hasText: title }).waitFor();
    expect(await violationsInThemes(page), title).toEqual([]);
  }
  expect(problems).toEqual([]);
});

test.each([900, 1600])("no page is wider than a window of %d", async (width) => {
  const studio = await openStudio();
  const { page } = await openPage(studio, "/", { viewport: { width, height: 800 } });
  for (const title of await titlesOf(page)) {
    await page.getByRole("navigation").getByRole("link", { name: title, exact: true }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    const html = "document.documentElement";
    const over = await page.evaluate<number>(`${html}.scrollWidth - ${html}.clientWidth`);
    expect(over, title).toBeLessThanOrEqual(0);
  }
});

test("by keys alone: palette, pages, the list of keys", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("j");
  await page.waitForURL(`${studio.origin}/jobs`);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go anywhere" }).fill("setti");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${studio.origin}/settings`);
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
});

test("a server that fails is told of, with a way to try again", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio);
  const body = JSON.stringify({
    error: { code: "FT-TEST-001", message: "the disk is full", hint: "make room" },
  });
  await page.route(`${studio.apiUrl}/api/v1/jobs?*`, async (route) =>
    route.fulfill({
      ...{ status: 500, contentType: "application/json", body },
      headers: {
        "access-control-allow-origin": studio.origin,
        "access-control-allow-credentials": "true",
      },
    }),
  );
  await page.goto(`${studio.origin}/jobs`);
  const trouble = page.getByRole("alert");
  await trouble.getByText("the disk is full").waitFor();
  await trouble.getByText("make room").waitFor();
  await page.unroute(`${studio.apiUrl}/api/v1/jobs?*`);
  await trouble.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The queue is empty").waitFor();
});

test("settings are kept; another window that is open has them too", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio, "/settings");
  const other = await page.context().newPage();
  await other.goto(`${studio.origin}/settings`);
  const field = (of: typeof page) => of.getByRole("textbox", { name: "Jobs at once" });
  await field(other).waitFor();
  await field(page).fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").waitFor();
  await expect.poll(async () => await field(other).inputValue()).toBe("3");
  expect(await askStudio(studio, "GET", "/api/settings")).toMatchObject({ max_concurrent_jobs: 3 });
});

test("a studio that is started again is found by the page that was open", async () => {
  const first = await openStudio();
  const port = new URL(first.url).port;
  const apiPort = new URL(first.apiUrl).port;
  const { page } = await openPage(first);
  await page.context().clearCookies();
  await page.goto(first.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await first.stop();
  await page.getByText("This page keeps trying").waitFor();
  const again = await openStudio({ FT_HOME: first.home }, { port, apiPort });
  expect(again.token).not.toBe(first.token);
  await page.getByText("This page keeps trying").waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.getByText("The queue is empty").waitFor();
});

test("home tells how much there is, what was done last, and how the machine stands", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio);
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  const form = new FormData();
  const row = JSON.stringify({ instruction: "Is it?", output: "Yes." });
  form.append("file", new Blob([`${row}\n${row}\n`]), "asked.jsonl");
  const headers = { authorization: `Bearer ${studio.token}` };
  await fetch(`${studio.apiUrl}/api/v1/data/import`, { method: "POST", headers, body: form });
  // refused at once: a job that has failed
  const parameters = { format: "gguf", model: "builtin/tiny", output: `${studio.home}/x.gguf` };
  await askStudio(studio, "POST", "/api/v1/jobs", { kind: "export", parameters });
  await page.getByRole("link", { name: "1 failed job" }).waitFor({ timeout: 60_000 });
  await page.reload();
  const all = page.getByRole("list", { name: "Totals" });
  for (const total of ["1 dataset", "2 rows", "0 runs", "0 evaluations"])
    await all.getByRole("link", { name: total, exact: true }).waitFor();
  await page
    .getByRole("region", { name: "This machine" })
    .getByText(/free of/)
    .first()
    .waitFor();
  await all.getByRole("link", { name: "1 failed job" }).click();
  await page.waitForURL(`${studio.origin}/jobs?status=failed`);
  await page
    .getByRole("main")
    .getByText(/as gguf into/)
    .waitFor();
});

test("a browser without the cookie reads how to open the studio", async () => {
  const studio = await openStudio();
  const { page } = await openPage(studio);
  await page.context().clearCookies();
  expect((await page.goto(`${studio.origin}/jobs`))?.status()).toBe(401);
  await page.getByText("Open the link that ft studio printed").waitFor();
});
