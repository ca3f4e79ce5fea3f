// Pages in a real browser: from an address to the first content painted, in a browser that has nothing of them yet and from
// a server that has just begun; then the page of a set of a million rows: how soon its first rows stand there, scrolling by
// the wheel forward and back, jumps to any place, with tasks above 50 ms and blank rows counted, and
// how much of the processor the longest task took, which does not depend on the load. Needs `make build`, Chromium.
// `node --import tsx dev/bench/studio-pages.ts [ROWS]`; exit 1 where a goal is missed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium, type Page } from "playwright-core";
import { openStore, storePath } from "../../src/store/index.ts";
import { createFilledDataset, datasetsFolder } from "../../src/store/platform/index.ts";
import { chromiumProgram } from "../../tests/setup/chromium.ts";
import { jump, scroll, type Scrolled } from "../../tests/support/scrolling.ts";
import { busiestTask } from "./busy-tasks.ts";

const rows = Number(process.argv[2] ?? 1_000_000);
const program = join(import.meta.dirname, "../../dist/cli/main.js");
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const missed: string[] = [];

async function fill(home: string): Promise<number> {
  const environment = { FT_HOME: home };
  const store = await openStore(storePath(environment));
  const topics = ["delivery", "billing", "account", "returns"];
  const examples = function* () {
    for (let row = 0; row < rows; row++) {
      const question = `Where is order ${row}? It was sent ${row % 9} days ago.`;
      const answer = `Order ${row} is ${row % 7} days away. `.repeat(1 + (row % 5));
      const messages = [
        { role: "user", content: question },
        { role: "assistant", content: answer },
      ];
      const content = { messages, topic: topics[row % 4] };
      yield { content, qualityScore: (row % 100) / 10 };
    }
  };
  const wanted = {
    name: "a million rows",
    format: "chat" as const,
    folder: datasetsFolder(environment),
  };
  const { id } = await createFilledDataset(store, { wanted, examples: examples() });
  await store.close();
  return id;
}

interface Listening {
  url: string;
  token: string;
}

async function studioIn(home: string): Promise<Listening & { end(): Promise<void> }> {
  const args = ["studio", "--port", "0", "--api-port", "0", "--no-open", "--json"];
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, FT_HOME: home, FT_KEYCHAIN: "off", FT_LOG: "error" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const end = async (): Promise<void> => {
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  return { ...(JSON.parse(line) as Listening), end };
}

/** Scrolls, and tells of it. */
async function scrolled(page: Page, what: string, turns: number, by: number): Promise<void> {
  const { result, busiest } = await busiestTask(browser, page, () => scroll(page, turns, by));
  told(what, result, busiest);
}

function told(what: string, seen: Scrolled, busiest: number): void {
  const { frames, blankFrames, longTasks, longestFrame } = seen;
  const tasks = longTasks.map((time) => Math.round(time)).join(", ");
  say(
    `${what}: ${frames} frames, ${blankFrames} with a blank row, longest frame ${longestFrame.toFixed(0)} ms, tasks above 50 ms: ${tasks === "" ? "none" : tasks}; most of the processor in one: ${busiest.toFixed(0)} ms`,
  );
  if (blankFrames > 0) missed.push(`${what}: blank rows`);
  if (longTasks.length > 0) missed.push(`${what}: long tasks`);
}

/** Milliseconds from the address to the first content, that an empty browser needs. */
const soonest = 1000;

/** A page that was never open, in a browser without a cache, from a server that has given out nothing yet. */
async function firstPaint(browser: Browser, home: string, path: string): Promise<void> {
  const fresh = await studioIn(home);
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  try {
    const { port, origin } = new URL(fresh.url);
    const cookie = { value: fresh.token, domain: "127.0.0.1", path: "/" };
    await context.addCookies([{ name: `ft-studio-${port}`, ...cookie }]);
    const page = await context.newPage();
    const began = Date.now();
    await page.goto(`${origin}${path}`, { waitUntil: "commit" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    const title = Date.now() - began;
    const at = await page.evaluate<number>(
      `performance.getEntriesByName("first-contentful-paint")[0].startTime`,
    );
    say(`${path}: first content after ${at.toFixed(0)} ms, its title after ${title} ms`);
    if (at > soonest) missed.push(`${path}: first paint`);
  } finally {
    await context.close();
    await fresh.end();
  }
}

say(`load of the last minute, over ${cpus().length} processors: ${loadavg()[0]?.toFixed(1)}`);
const home = mkdtempSync(join(tmpdir(), "ft-pages-"));
const id = await fill(home);
say(`${rows.toLocaleString("en")} rows stored`);
const executablePath = chromiumProgram();
if (executablePath === undefined) throw new Error("no Chromium: dev/setup/chromium.sh");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const path of ["/", "/data", "/train"]) await firstPaint(browser, home, path);
const studio = await studioIn(home);
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const { port, origin } = new URL(studio.url);
  const name = `ft-studio-${port}`;
  await context.addCookies([{ name, value: studio.token, domain: "127.0.0.1", path: "/" }]);
  const page = await context.newPage();
  const began = Date.now();
  await page.goto(`${origin}/data/${id}?tab=rows`);
  await page.getByText("Where is order 0?").waitFor();
  say(`first rows after ${Date.now() - began} ms`);
  await scrolled(page, "wheel, 3 rows a turn", 300, 3);
  await scrolled(page, "wheel, 12 rows a turn", 300, 12);
  await scrolled(page, "wheel back, 12 rows a turn", 200, -12);
  const jumps: number[] = [];
  for (const share of [0.5, 0.999, 0.25, 0.75, 0.1]) jumps.push(await jump(page, share));
  say(`jumps: rows there after ${jumps.map((time) => time.toFixed(0)).join(", ")} ms`);
  await scrolled(page, "wheel after jumps", 200, 6);
  await page.goto(`${origin}/data/${id}?tab=rows&sort=-score`);
  await page.locator("[role=rowgroup] [role=row] a").first().waitFor();
  await scrolled(page, "wheel by score", 200, 6);
} finally {
  await browser.close();
  await studio.end();
  rmSync(home, { recursive: true, force: true });
}
for (const what of missed) say(`missed: ${what}`);
process.exitCode = missed.length > 0 ? 1 : 0;
