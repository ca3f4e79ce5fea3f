// Every button of a page, pressed twice before the page is drawn anew, with what that asks of the server. The changes are
// refused on their way, so that each page stays as it is for the next button.
import type { Page, Request } from "playwright-core";
import { atRest, drawn, type OpenStudio } from "./browser.ts";

type Origins = Pick<OpenStudio, "apiUrl" | "origin">;

const isChange = (request: Request, { apiUrl }: Origins): boolean =>
  request.url().startsWith(apiUrl) && !["GET", "OPTIONS"].includes(request.method());

/** What only looks, by a question that is too long for an address. */
const looks = /\/(look|plan|preview|price|estimate|warnings|memory|rows-as-tokens)$/;

const lineOf = (request: Request): string =>
  `${request.method()} ${new URL(request.url()).pathname} ${request.postData() ?? ""}`;

const buttons = (page: Page, within: string) =>
  page.locator(`${within} button:enabled:visible, ${within} [role=menuitem]:visible`);

function twiceAtOnce(element: { click: () => void }): void {
  element.click();
  element.click();
}

/** Clicks twice in one task of the page, between which nothing is drawn; what was asked for meanwhile is gathered. */
async function clickTwice({ page, asked, twice }: Walk, within: string, at: number): Promise<void> {
  const button = buttons(page, within).nth(at);
  const before = asked.length;
  await button.evaluate(twiceAtOnce, undefined, { timeout: 30_000 });
  await drawn(page);
  await page.waitForTimeout(150);
  const here = asked.slice(before);
  twice.push(...here.filter((line, place) => here.indexOf(line) !== place));
}

/** What a button opens: a menu, a dialog. */
const open = "[role=dialog]:not([aria-label]), [role=menu]";

/** Waits for what a button opens, as long as the page asks or draws; most open nothing. */
async function opened(page: Page): Promise<void> {
  await atRest(page);
  await drawn(page);
  await page
    .locator(open)
    .first()
    .waitFor({ timeout: 800 })
    .catch(() => undefined);
}

export interface Walk {
  page: Page;
  /** Changes in the order in which they were asked for. */
  asked: string[];
  /** Those that two clicks asked for twice. */
  twice: string[];
}

/** Goes through all buttons of the page at this address, those of its menus and dialogs too. */
export async function everyButton(walk: Walk, path: string): Promise<void> {
  const { page } = walk;
  const goto = async (): Promise<void> => {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await atRest(page, 1500);
  };
  await goto();
  const count = await buttons(page, "main").count();
  for (let at = 0; at < count; at++) {
    if (page.url() !== path || (await buttons(page, "main").count()) !== count) await goto();
    if (at >= (await buttons(page, "main").count())) break;
    await clickTwice(walk, "main", at);
    await opened(page);
    // what a menu or a dialog asks for stands in it; twice opens and closes some
    if ((await page.locator(open).count()) === 0) {
      if (page.url() !== path || at >= (await buttons(page, "main").count())) continue;
      await buttons(page, "main")
        .nth(at)
        .click({ timeout: 10_000 })
        .catch(() => undefined);
      await opened(page);
    }
    const inside = await buttons(page, `:is(${open})`).count();
    // what does it stands last, what closes it first
    for (let which = inside - 1; which >= 0; which--) {
      if (which >= (await buttons(page, `:is(${open})`).count())) break;
      await clickTwice(walk, `:is(${open})`, which);
    }
    if (inside > 0) {
      await page.keyboard.press("Escape");
      await drawn(page);
      await page.waitForTimeout(250);
    }
  }
}

/** Refuses every change on its way; gives those that were asked for, as they come. */
export async function refuseChanges(page: Page, origins: Origins): Promise<string[]> {
  const asked: string[] = [];
  const headers = {
    "access-control-allow-origin": origins.origin,
    "access-control-allow-credentials": "true",
  };
  const body = JSON.stringify({ error: { code: "FT-TEST-001", message: "not now" } });
  await page.route(
    (url) => url.origin === origins.apiUrl,
    async (route) => {
      const request = route.request();
      if (!isChange(request, origins) || looks.test(new URL(request.url()).pathname))
        return await route.continue();
      asked.push(lineOf(request));
      return await route.fulfill({ status: 500, contentType: "application/json", headers, body });
    },
  );
  return asked;
}
