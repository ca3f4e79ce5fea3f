// Pictures of the two pages where a model is asked for text, with content, light and dark, into docs/studio/pictures:
// three rows of a set before the rest is paid for, and rows that were judged. Who answers is a script in this process, so
// that nothing is paid and each time looks alike: what it writes says nothing of any model.
//   node --import tsx dev/studio-making-pictures.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { json as jsonOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { chromiumProgram } from "../tests/setup/chromium.ts";
import { asksFor, knowingJudge, plantedRows, promptOf } from "../tests/support/planted-rows.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const out = join(root, "docs/studio/pictures");
const home = mkdtempSync(join(tmpdir(), "ft-pictures-"));
const planted = plantedRows().slice(0, 40);
const judge = knowingJudge(planted);

const said = [
  [
    "I was charged twice for invoice 4411. Can you look into it?",
    "I see both payments of 4 May. The second one was taken in error and goes back to your card within three working days.",
  ],
  [
    "Why is my bill higher than last month?",
    "Your plan is the same. In June the trial of the second seat ended, which adds $12 a month; you can end it under Plan, and then July has the old price.",
  ],
  [
    "Can I pay by invoice and not by card?",
    "Yes, from ten seats on, within thirty days. I have sent the form to the address of your account; the next bill then comes as an invoice.",
  ],
] as const;

type Body = Record<string, unknown>;

let written = 0;

function answerTo(body: Body): string {
  const request = { path: "", headers: {}, body, number: 1, model: "", key: "" };
  const prompt = promptOf(request);
  if (/You (judge|mend) rows|<answer_A/.test(prompt) && asksFor(prompt) !== undefined)
    return judge(request).text ?? "";
  const [question, answer] = said[written++ % said.length]!;
  const turns = Number(/so (\d+) messages/.exec(prompt)?.[1] ?? 2);
  const more = [
    "Thank you. Will I hear from you when it is done?",
    "Yes, by mail, on the same day.",
  ];
  const messages = Array.from({ length: turns }, (_, at) => ({
    role: at % 2 === 0 ? "user" : "assistant",
    content: at === 0 ? question : at === 1 ? answer : more[at % 2],
  }));
  return JSON.stringify({ messages });
}

async function scripted(): Promise<Server> {
  const server = createServer((request, response) => {
    void jsonOf(request).then((body) => {
      const message = { role: "assistant", content: answerTo(body as Body) };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          ...{ id: "script", object: "chat.completion" },
          choices: [{ index: 0, message, finish_reason: "stop" }],
          usage: { prompt_tokens: 420, completion_tokens: 160, total_tokens: 580 },
        }),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

interface Line {
  url: string;
  apiUrl: string;
  token: string;
}

async function started(provider: string) {
  const args = ["--import", "tsx", join(root, "src/cli/main.ts"), "studio", "--port", "0"];
  const env = {
    ...process.env,
    ...{ FT_HOME: home, FT_KEYCHAIN: "off", LLM_PROVIDER: "openai", OPENAI_MODEL: "gpt-4o-mini" },
    ...{ OPENAI_API_KEY: "sk-of-nobody-0123456789", OPENAI_BASE_URL: `${provider}/v1` },
  };
  const child = spawn(process.execPath, [...args, "--api-port", "0", "--no-open", "--json"], {
    ...{ cwd: root, env, stdio: ["ignore", "pipe", "inherit"] },
  });
  const lines = createInterface({ input: child.stdout! });
  const [text] = (await once(lines, "line")) as [string];
  return { child, line: JSON.parse(text) as Line };
}

async function pageOf(browser: Browser, line: Line, colorScheme: "light" | "dark"): Promise<Page> {
  const viewport = { width: 1280, height: 820 };
  const context = await browser.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
  const name = `ft-studio-${new URL(line.url).port}`;
  const cookie = { name, value: line.token, domain: "127.0.0.1", path: "/" };
  await context.addCookies([{ ...cookie, httpOnly: true, sameSite: "Strict" }]);
  return await context.newPage();
}

async function imported({ apiUrl, token }: Line): Promise<void> {
  const form = new FormData();
  const text = planted.map(({ row: { messages } }) => JSON.stringify({ messages })).join("\n");
  form.set("leave_out", "yes");
  form.set("file", new Blob([text]), "how-to.jsonl");
  const headers = { authorization: `Bearer ${token}` };
  const { ok } = await fetch(`${apiUrl}/api/v1/data/import`, {
    method: "POST",
    headers,
    body: form,
  });
  if (!ok) throw new Error("the dataset was not taken");
}

const patient = { timeout: 120_000 };

/** Gives the addresses of what is looked at. */
async function made(page: Page, origin: string): Promise<Readonly<Record<string, string>>> {
  await page.goto(`${origin}/generate?domain=support&subdomain=billing&count=200`);
  await page.getByRole("button", { name: "Show me three rows" }).click(patient);
  await page.getByText("waiting for you").waitFor(patient);
  const generate = new URL(page.url()).pathname;
  await page.goto(`${origin}/quality`);
  await page.getByRole("combobox", { name: "Dataset" }).click(patient);
  await page.getByRole("option", { name: /how-to/ }).click(patient);
  await page.getByRole("switch", { name: "Remove rows that stay below" }).check({ force: true });
  await page.getByRole("button", { name: "Judge its rows" }).click(patient);
  await page.getByText(/(\d+) of \1 rows judged/).waitFor(patient);
  const quality = `${new URL(page.url()).pathname}?decision=fixed`;
  return { generate, quality };
}

const provider = await scripted();
const { port } = provider.address() as AddressInfo;
const { child, line } = await started(`http://127.0.0.1:${port}`);
const executablePath = chromiumProgram() ?? "chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const { origin } = new URL(line.url);
  await imported(line);
  const paths = await made(await pageOf(browser, line, "light"), origin);
  for (const scheme of ["light", "dark"] as const) {
    const page = await pageOf(browser, line, scheme);
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(`${origin}${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor(patient);
      await page.waitForTimeout(2500);
      await page.screenshot({ path: join(out, `${name}-${scheme}.png`) });
      console.log(`${name}-${scheme}`);
    }
  }
} finally {
  await browser.close();
  child.kill("SIGTERM");
  await once(child, "exit");
  provider.close();
  rmSync(home, { recursive: true, force: true });
}
