// Pictures of the studio's pages with real content, light and dark, into docs/studio/pictures: SmolLM2 is tuned twice on the
// bundled questions (make real fetches it), documents of data/examples are looked through, rows are imported.
// The pages where a model is asked for text: studio-making-pictures.ts.
//   node --import tsx dev/studio-pictures.ts [--model builtin/tiny] [--steps 40] [--home FOLDER]
// A home that is there already is taken as it is: nothing is trained again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumProgram } from "../tests/setup/chromium.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: "string", default: "builtin/smollm2" },
    steps: { type: "string", default: "40" },
    home: { type: "string", default: "" },
  },
});
const isFilled = values.home !== "" && existsSync(values.home);
const home = values.home === "" ? mkdtempSync(join(tmpdir(), "ft-pictures-")) : values.home;
const out = join(root, "docs/studio/pictures");

interface Line {
  url: string;
  apiUrl: string;
  token: string;
}

async function started() {
  mkdirSync(home, { recursive: true });
  const args = [join(root, "dist/cli/main.js"), "studio", "--port", "0", "--api-port", "0"];
  const env = { ...process.env, FT_HOME: home, FT_KEYCHAIN: "off" };
  const child = spawn(process.execPath, [...args, "--no-open", "--json"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [text] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, line: JSON.parse(text) as Line };
}

async function ask<T>({ apiUrl, token }: Line, method: string, path: string, body?: unknown) {
  const json = { "content-type": "application/json" };
  const answer = await fetch(`${apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && json) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function trained(line: Line, rate: number): Promise<void> {
  const settings = {
    "model.name": values.model,
    "data.train_file": "builtin/text-to-sql",
    "optimization.iters": Number(values.steps),
    "optimization.learning_rate": rate,
    "optimization.warmup_steps": 4,
    "optimization.eval_steps": 10,
    "data.max_length": 256,
    "optimization.report_every": 1,
  };
  const { id } = await ask<{ id: string }>(line, "POST", "/api/v1/train/form/start", {
    values: settings,
  });
  await ended(line, id);
}

/** Waits for the end of a job; throws what it failed with. */
async function ended(line: Line, id: string): Promise<void> {
  for (;;) {
    const { job } = await ask<{ job: { status: string; error: string | null } }>(
      ...([line, "GET", `/api/v1/jobs/${id}`] as const),
    );
    if (job.status === "completed") return;
    if (job.status === "failed") throw new Error(job.error ?? "failed");
    await pause(1000);
  }
}

/** A comparison of the model with the better run, and a dataset; once. */
async function filled(line: Line): Promise<void> {
  type Evaluations = { evaluations: readonly unknown[] };
  const { evaluations } = await ask<Evaluations>(line, "GET", "/api/v1/evaluations");
  if (evaluations.length > 0) return;
  const { runs } = await ask<{ runs: { output_dir: string }[] }>(line, "GET", "/api/v1/runs");
  const models = [values.model, runs[0]?.output_dir];
  const parameters = { models, numSamples: 24, maxGenLength: 48 };
  const benchmark = { kind: "benchmark", parameters };
  const { id } = await ask<{ id: string }>(line, "POST", "/api/v1/jobs", benchmark);
  await ended(line, id);
  const form = new FormData();
  const rows = readFileSync(join(root, "data/instructions.jsonl"));
  form.set("file", new Blob([rows]), "instructions.jsonl");
  const { ok } = await fetch(`${line.apiUrl}/api/datasets/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${line.token}` },
    body: form,
  });
  if (!ok) throw new Error("the dataset was not taken");
}

async function dropDocuments(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/identify`);
  const files = ["library-questions.md", "bicycles.md", "tea.md"];
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles(files.map((name) => join(root, "data/examples/documents", name)));
  await page.waitForURL(/\/identify\/.+/, { timeout: 120_000 });
  await pause(5000);
}

/** A page at its address, or reached from there by hand. */
interface Picture {
  name: string;
  path: string;
  before?: (page: Page) => Promise<void>;
}

const question = "How many singers are there?";

async function askBoth(page: Page): Promise<void> {
  await page.getByRole("textbox", { name: "Question" }).fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await pause(25_000);
}

async function pictures(line: Line, review: string): Promise<Picture[]> {
  const { runs } = await ask<{ runs: { id: string }[] }>(line, "GET", "/api/v1/runs");
  const ids = runs.map(({ id }) => id);
  type Evaluations = { evaluations: { id: string; compared_with: string | null }[] };
  const { evaluations } = await ask<Evaluations>(line, "GET", "/api/v1/evaluations");
  const tuned = evaluations.find(({ compared_with: other }) => other !== null);
  return [
    { name: "home", path: "/" },
    { name: "data", path: "/data" },
    { name: "identify", path: review },
    {
      name: "train",
      path: `/train?model.name=${values.model}&data.train_file=builtin/text-to-sql`,
    },
    { name: "run", path: `/runs/${ids[0]}` },
    { name: "runs", path: "/runs" },
    { name: "compare", path: `/runs/compare?ids=${ids.slice(0, 2).join(",")}` },
    { name: "try", path: `/try?run=${ids[0]}`, before: askBoth },
    { name: "evaluate", path: `/evaluate/${tuned?.id}?against=${tuned?.compared_with}` },
    { name: "share", path: `/share/${ids[0]}` },
    { name: "jobs", path: "/jobs" },
    { name: "settings", path: "/settings" },
  ];
}

async function contextOf(
  line: Line,
  browser: Awaited<ReturnType<typeof chromium.launch>>,
  colorScheme: "light" | "dark",
): Promise<BrowserContext> {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width: 1280, height: 820 },
    reducedMotion: "reduce",
  });
  const { port } = new URL(line.url);
  await context.addCookies([
    {
      ...{ name: `ft-studio-${port}`, value: line.token, domain: "127.0.0.1", path: "/" },
      ...{ httpOnly: true, sameSite: "Strict" },
    },
  ]);
  return context;
}

const { child, line } = await started();
const browser = await chromium.launch({
  executablePath: chromiumProgram() ?? "chromium",
  args: ["--no-sandbox"],
});
try {
  const { origin } = new URL(line.url);
  if (!isFilled) for (const rate of [2e-4, 1e-3]) await trained(line, rate);
  await filled(line);
  const light = await contextOf(line, browser, "light");
  const page = await light.newPage();
  await dropDocuments(page, origin);
  const review = new URL(page.url()).pathname;
  mkdirSync(out, { recursive: true });
  for (const scheme of ["light", "dark"] as const) {
    const context = await contextOf(line, browser, scheme);
    const shown = await context.newPage();
    for (const { name, path, before } of await pictures(line, review)) {
      await shown.goto(`${origin}${path}`);
      await pause(4000);
      // what is still being read is shown as such, and nobody wants to look at that
      await shown
        .locator("[aria-busy=true]")
        .first()
        .waitFor({ state: "detached", timeout: 60_000 });
      await before?.(shown);
      await shown.screenshot({ path: join(out, `${name}-${scheme}.png`) });
      console.log(`${name}-${scheme}`);
    }
  }
} finally {
  await browser.close();
  child.kill("SIGTERM");
  await once(child, "exit");
}
