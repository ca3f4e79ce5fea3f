// The studio's pages in a real browser: built once for a test run beside the compiled program, opened by the link that
// `ft studio` prints. One browser a test file; a context, so cookies and sizes of its own, a test.
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import axe, { type AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { chromiumProgram } from "../setup/chromium.ts";
import { makeFolder } from "./folders.ts";
import { compiledProgram, startProgram, type Started } from "./program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Builds the pages to where the compiled program looks for them, unless an earlier test file has. */
function builtPages(): void {
  const folder = join(dirname(dirname(compiledProgram())), "studio", "web");
  if (existsSync(folder)) return;
  const making = `${folder}.${process.pid}`;
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const args = [vite, "build", "--config", "src/studio/web/vite.config.ts", "--logLevel", "warn"];
  execFileSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, FT_WEB_OUT: making, NODE_ENV: "production", NODE_OPTIONS: "" },
  });
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(making, { recursive: true });
  }
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
  const page = await context.newPage();
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

/** What axe finds wrong on the page as it stands: rule and elements. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
  return found.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary: why }) => `${target.join(" ")} (${why})`).join(", ")}`,
  );
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
