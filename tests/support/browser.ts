// The studio's pages in a real browser: built once for a test run beside the compiled program, opened by the link that
// `ft studio` prints. One browser a test file; a context, so cookies and sizes of its own, a test.
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import axe, { type AxeResults, type RunOptions } from "axe-core";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Request,
} from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { chromiumProgram } from "../setup/chromium.ts";
import { makeFolder } from "./folders.ts";
import { madeOnce } from "./made-once.ts";
import { compiledProgram, startProgram, type Started } from "./program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Builds the pages to where the compiled program looks for them, unless an earlier test file has. */
function builtPages(): void {
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const args = [vite, "build", "--config", "src/studio/web/vite.config.ts", "--logLevel", "warn"];
  madeOnce(join(dirname(dirname(compiledProgram())), "studio", "web"), (making) => {
    execFileSync(process.execPath, args, {
      cwd: root,
      env: { ...process.env, FT_WEB_OUT: making, NODE_ENV: "production", NODE_OPTIONS: "" },
    });
  });
}

export interface OpenStudio {
  program: Started;
  url: string;
  apiUrl: string;
  token: string;
  home: string;
  /** Of the pages. */
  origin: string;
  stop(): Promise<void>;
}

const running: OpenStudio[] = [];

/** `ft studio` with pages, ended with the test. */
export async function openStudio(
  env: Record<string, string> = {},
  ports: { port?: string; apiPort?: string } = {},
): Promise<OpenStudio> {
  const home = env["FT_HOME"] ?? makeFolder();
  const { port = "0", apiPort = "0" } = ports;
  const args = ["studio", "--port", port, "--api-port", apiPort, "--no-open", "--json"];
  const program = startProgram(args, { env: { FT_KEYCHAIN: "off", ...env, FT_HOME: home } });
  const line = (await program.event(({ type }) => (type as string) === "listening")) as unknown as {
    url: string;
    apiUrl: string;
    token: string;
  };
  const { url, apiUrl, token } = line;
  const stop = async (): Promise<void> => {
    program.process.kill("SIGTERM");
    await program.ended;
  };
  const studio = { program, url, apiUrl, token, home, origin: new URL(url).origin, stop };
  running.push(studio);
  return studio;
}

/** As a program asks the API; throws for what is not good. */
export async function askStudio<T>(
  { apiUrl, token }: OpenStudio,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}

let browser: Browser | undefined;

/** Milliseconds that a page has for each thing that is waited for, also where every core is busy. */
const patience = 60_000;

/** What each page waits for an answer to. Events keep coming for as long as it is open, and are not among them. */
const asked = new WeakMap<Page, Set<Request>>();

function watchRequests(page: Page): void {
  const open = new Set<Request>();
  asked.set(page, open);
  page.on("request", (request) => {
    if (new URL(request.url()).pathname !== "/api/v1/events") open.add(request);
  });
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
}

/** Milliseconds without a question after which a page has what it wants to show. */
const quiet = 200;

/** Resolves once a page of `openPage` has asked for nothing a while, or after `most` milliseconds. */
export async function atRest(page: Page, most = 5000): Promise<void> {
  const end = performance.now() + most;
  for (let since = performance.now(); performance.now() < end;) {
    if ((asked.get(page)?.size ?? 0) > 0) since = performance.now();
    if (performance.now() - since >= quiet) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves once the page has drawn what it had to draw. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
  );
}

/** A page with the studio's cookie; `problems` gathers what scripts throw and policies refuse in it. */
export async function openPage(
  studio: OpenStudio,
  path = "/",
  options: BrowserContextOptions = {},
): Promise<{ page: Page; problems: string[] }> {
  const executablePath = chromiumProgram();
  if (executablePath === undefined) throw new Error("no Chromium: dev/setup/chromium.sh");
  browser ??= await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    reducedMotion: "reduce",
    ...options,
  });
  // of this page and of those opened beside it
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  watchRequests(page);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) problems.push(message.text());
  });
  // the link counts once: whoever comes again has the cookie
  await context.addCookies([
    {
      name: `ft-studio-${new URL(studio.origin).port}`,
      value: studio.token,
      domain: "127.0.0.1",
      path: "/",
      httpOnly: true,
      sameSite: "Strict",
    },
  ]);
  await page.goto(`${studio.origin}${path}`);
  return { page, problems };
}

async function foundBy(page: Page, options: RunOptions): Promise<string[]> {
  const asked = JSON.stringify({ ...options, resultTypes: ["violations"] });
  const found = await page.evaluate<AxeResults>(`axe.run(${asked})`);
  return found.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary: why }) => `${target.join(" ")} (${why})`).join(", ")}`,
  );
}

/** What axe finds wrong on the page as it stands: rule and elements. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await foundBy(page, {});
}

/**
 * What axe finds wrong on the page at rest, in the light theme and in the dark one: of its rules, those of colour alone
 * depend on which it is. Leaves the page dark.
 */
export async function violationsInThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  await atRest(page);
  const light = await violations(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await drawn(page);
  const dark = await foundBy(page, { runOnly: ["color-contrast", "link-in-text-block"] });
  return [...light, ...dark.map((line) => `dark: ${line}`)];
}

beforeAll(builtPages, 300_000);

afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
  for (const studio of running.splice(0)) await studio.stop();
});

afterAll(async () => {
  await browser?.close();
  browser = undefined;
});
