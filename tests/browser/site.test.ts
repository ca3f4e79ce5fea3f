// The site of the pages, opened from files: it asks nobody, its font loads, its search finds and leads, on wide and narrow
// screens, light and dark, without a fault that axe finds.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildSite } from "../../dev/site/build.ts";
import { chromiumProgram } from "../setup/chromium.ts";
import { makeFolder } from "../support/folders.ts";

let browser: Browser;
let root = "";

beforeAll(async () => {
  const folder = join(makeFolder(), "site");
  await buildSite(folder);
  root = `${pathToFileURL(folder).href}/`;
  const executablePath = chromiumProgram() ?? "";
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

afterAll(() => browser.close());

async function open(
  address: string,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) problems.push(`asked: ${request.url()}`);
  });
  await page.goto(root + address);
  return { page, problems };
}

test("from files: the font is there, the search leads to a page, nothing is asked", async () => {
  const { page, problems } = await open("index.html");
  await page.evaluate("document.fonts.ready.then(() => undefined)");
  expect(await page.evaluate("[...document.fonts].map(({ status }) => status)")).toEqual([
    "loaded",
  ]);
  await page.keyboard.press("/");
  await page.keyboard.type("damaged checkpoint");
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/when-it-fails\.html#a-damaged-checkpoint$/);
  await page
    .getByRole("navigation", { name: "All pages" })
    .getByRole("link", { name: "Memory" })
    .click();
  await page.waitForURL(/memory\.html$/);
  expect(problems).toEqual([]);
});

test.each(["light", "dark"] as const)("%s: no fault that axe finds", async (colorScheme) => {
  for (const address of ["index.html", "reference/options.html", "adding/optimizer.html"]) {
    const { page } = await open(address, { colorScheme });
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<AxeResults>("axe.run()");
    expect(violations.map(({ id, nodes }) => `${address}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
});

test("on a telephone nothing is wider than the screen, and a button shows the pages", async () => {
  const { page } = await open("reference/commands.html", { viewport: { width: 390, height: 800 } });
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  await page.getByRole("button", { name: "Pages" }).click();
  await page.getByText("Start", { exact: true }).click();
  await page.getByRole("link", { name: "Glossary" }).click();
  await page.waitForURL(/glossary\.html$/);
});
