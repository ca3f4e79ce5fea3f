// From the form to a run that goes on before one's eyes: what is missing is said, rows are shown with their mask, the run starts,
// its curve moves, two runs are compared; with keys alone, with a server that fails or is slow, without faults axe knows.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import {
  askStudio,
  openPage,
  openStudio,
  type OpenStudio,
  violationsInThemes,
} from "../support/browser.ts";
import { closedGate } from "../support/fake-provider.ts";
import { runProgram } from "../support/program.ts";

function rowsIn({ home }: OpenStudio, count = 40): string {
  const file = join(home, "greetings.jsonl");
  const row = (at: number): string =>
    JSON.stringify({
      messages: [
        { role: "user", content: `Say hello to number ${at}.` },
        { role: "assistant", content: `Hello, number ${at}!` },
      ],
    });
  writeFileSync(file, Array.from({ length: count }, (_, at) => `${row(at)}\n`).join(""));
  return file;
}

const settingsOf = (data: string, iters: number): Record<string, unknown> => ({
  "model.name": "builtin/tiny",
  "data.train_file": data,
  "optimization.iters": iters,
  "optimization.eval_steps": 5,
});

function formAt(values: Record<string, unknown>): string {
  const words = Object.entries(values).map(([key, value]): [string, string] => [
    key,
    String(value),
  ]);
  return `/train?${new URLSearchParams(words).toString()}`;
}

/** Waits for the end of a run that is started over the API. */
async function trained(studio: OpenStudio, values: Record<string, unknown>): Promise<string> {
  const { id } = await askStudio<{ id: string }>(studio, "POST", "/api/v1/train/form/start", {
    values,
  });
  for (;;) {
    const { job } = await askStudio<{
      job: { status: string; error: string; result: { runId: string } };
    }>(studio, "GET", `/api/v1/jobs/${id}`);
    if (job.status === "completed") return job.result.runId;
    if (job.status === "failed") throw new Error(job.error);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** As long as a page waits for an element: a poll gives up after a second by itself. */
const patient = { timeout: 60_000 };

const heading = async (page: Page, name: string | RegExp): Promise<void> =>
  await page.getByRole("heading", { level: 1, name }).waitFor();

test("a form becomes a run: what is missing, rows with their mask, the start, a curve that moves, samples", async () => {
  const studio = await openStudio();
  const data = rowsIn(studio);
  const { page, problems } = await openPage(studio, "/train");
  const start = page.getByRole("button", { name: "Start the run" });
  await page.getByText("2 things are missing or wrong").waitFor();
  expect(await start.isDisabled()).toBe(true);
  await page.getByRole("combobox", { name: "Model", exact: true }).fill("builtin/tiny");
  await page.getByRole("combobox", { name: "Training data" }).fill(data);
  await page.getByRole("textbox", { name: "Steps (instead of epochs)" }).fill("60");
  await page.getByRole("textbox", { name: "Validate every" }).fill("10");
  await page.getByRole("textbox", { name: "Rank" }).fill("0");
  await page.getByText("LoRA rank must be positive").waitFor();
  expect(await start.isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Reset Rank" }).click();
  // what the model reads, and what of it is learned
  const tokens = page.getByLabel("Tokens of the row");
  await tokens.waitFor({ timeout: 60_000 });
  const texts = await tokens.locator("[data-learned=true]").allInnerTexts();
  expect(texts.join("")).toMatch(/^Hello, number \d+!/);
  await page
    .getByText(/MB of .* free/)
    .first()
    .waitFor();
  // the same in a terminal, and a reload loses nothing
  await page.getByText(`--iters 60`).waitFor();
  await page.reload();
  await expect.poll(async () => await start.isEnabled(), patient).toBe(true);
  expect(await page.getByRole("textbox", { name: "Steps (instead of epochs)" }).inputValue()).toBe(
    "60",
  );
  await start.click();
  await heading(page, /tiny on greetings/);
  await page.getByText("completed", { exact: true }).first().waitFor({ timeout: 90_000 });
  const loss = page.getByRole("img", { name: /^Loss: training from/ });
  await expect
    .poll(async () => await loss.getAttribute("aria-label"), patient)
    .toContain("at step 60");
  await page.getByRole("tab", { name: "samples" }).click();
  await page.getByRole("heading", { name: "Base model" }).first().waitFor();
  await page.getByRole("tab", { name: "log" }).click();
  await page.getByText(/60 steps in .*loss/).waitFor();
  expect(problems).toEqual([]);
}, 600_000);

test("a run is paused and goes on; its note stays; deleting says what it frees", async () => {
  const studio = await openStudio();
  const data = rowsIn(studio);
  const { page } = await openPage(
    studio,
    formAt({ ...settingsOf(data, 100_000), "optimization.eval_steps": 50_000 }),
  );
  await page.getByRole("button", { name: "Start the run" }).click();
  await heading(page, /tiny on greetings/);
  await page.getByRole("progressbar", { name: "Steps" }).waitFor();
  const img = page.getByRole("img", { name: /^Loss/ });
  const atStep = async (): Promise<number> =>
    Number(/at step ([\d.]+)/.exec((await img.getAttribute("aria-label")) ?? "")?.[1] ?? 0);
  await img.waitFor({ timeout: 60_000 });
  const first = await atStep();
  await expect.poll(atStep, patient).toBeGreaterThan(first);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("stopped", { exact: true }).first().waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("running", { exact: true }).first().waitFor({ timeout: 60_000 });
  await page.getByRole("textbox", { name: "Note" }).fill("the slow one");
  await page.getByRole("textbox", { name: "Note" }).blur();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped", { exact: true }).first().waitFor({ timeout: 60_000 });
  await page.reload();
  expect(await page.getByRole("textbox", { name: "Note" }).inputValue()).toBe("the slow one");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByText(/This frees .* and cannot be undone/).waitFor();
  await page.getByRole("button", { name: "Delete the run" }).click();
  await page.getByText("No run yet").waitFor();
}, 600_000);

test("a run of a terminal is stopped from its page, which says what it goes on with", async () => {
  const studio = await openStudio();
  const output = join(studio.home, "runs", "alone");
  const steps = ["--iters", "100000", "--eval-steps", "50000", "--save-steps", "50000"];
  const begun = await runProgram(
    ["train", "start", "builtin/tiny", rowsIn(studio), ...steps, "--output", output, "--detach"],
    { env: { FT_HOME: studio.home, FT_KEYCHAIN: "off" } },
  );
  expect(begun.code, begun.stderr).toBe(0);
  const { page, problems } = await openPage(studio, "/runs");
  await page.getByRole("link", { name: /tiny on greetings/ }).click();
  await heading(page, /tiny on greetings/);
  await page.getByText("running", { exact: true }).first().waitFor();
  expect(await page.getByRole("button", { name: "Pause" }).count()).toBe(0);
  await page.getByRole("button", { name: "Stop" }).dblclick();
  await page.getByText(`in a terminal: ft train resume ${output}`).waitFor();
  await page.getByText("stopped", { exact: true }).first().waitFor(patient);
  await page.getByRole("button", { name: "Resume" }).waitFor(patient);
  await page.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
  const shown = await runProgram(["runs", "stop", output], { env: { FT_HOME: studio.home } });
  expect(shown.stderr).toContain("is not running: it is stopped");
  // as a job it is paused and stopped like any other
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor(patient);
  await page.getByText("running", { exact: true }).first().waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped", { exact: true }).first().waitFor({ timeout: 60_000 });
  expect(problems).toEqual([]);
}, 600_000);

test("two runs are compared: what differs, and both curves; marked in the list, kept in the address", async () => {
  const studio = await openStudio();
  const data = rowsIn(studio);
  const one = await trained(studio, { ...settingsOf(data, 10), "lora.r": 4 });
  const other = await trained(studio, { ...settingsOf(data, 10), "lora.r": 16 });
  const { page, problems } = await openPage(studio, "/runs");
  await page.getByRole("checkbox", { name: `Compare ${one}` }).check();
  await page.getByRole("checkbox", { name: `Compare ${other}` }).check();
  await page.getByRole("link", { name: "Compare 2 runs" }).click();
  await heading(page, "2 runs compared");
  await page.getByRole("rowheader", { name: "lora.r" }).waitFor();
  const label = await page.getByRole("img", { name: /^Loss/ }).getAttribute("aria-label");
  expect(label).toContain("r 4 from");
  expect(label).toContain("r 16 from");
  await page.getByRole("radiogroup", { name: "Horizontal axis" }).getByText("tokens").click();
  await page.waitForURL(/axis=tokens/);
  await page.reload();
  await page.getByRole("rowheader", { name: "lora.r" }).waitFor();
  expect(problems).toEqual([]);
  for (const path of [
    `/runs/${one}`,
    `/runs/${one}?tab=samples`,
    `/runs/${one}?tab=settings`,
    page.url().replace(studio.origin, ""),
  ]) {
    await page.goto(`${studio.origin}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await violationsInThemes(page), path).toEqual([]);
  }
}, 600_000);

test("by keys alone: from anywhere to the form, filled in, started", async () => {
  const studio = await openStudio();
  const data = rowsIn(studio);
  const { page } = await openPage(studio, formAt(settingsOf(data, 5)));
  await expect
    .poll(
      async () => await page.getByRole("button", { name: "Start the run" }).isEnabled(),
      patient,
    )
    .toBe(true);
  await page.keyboard.press("Tab");
  await page.locator("body").press("Control+Enter");
  await heading(page, /tiny on greetings|Starting a run/);
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.waitForURL(`${studio.origin}/runs`);
}, 300_000);

test("a server that fails or is slow is told of in its place, and the rest stays", async () => {
  const studio = await openStudio();
  const data = rowsIn(studio);
  const { page } = await openPage(studio);
  const headers = {
    "access-control-allow-origin": studio.origin,
    "access-control-allow-credentials": "true",
  };
  const body = JSON.stringify({
    error: { code: "FT-TEST-001", message: "the disk is full", hint: "make room" },
  });
  await page.route(`${studio.apiUrl}/api/v1/train/look`, async (route) =>
    route.request().method() === "POST"
      ? await route.fulfill({ status: 500, contentType: "application/json", body, headers })
      : await route.fallback(),
  );
  await page.goto(`${studio.origin}${formAt(settingsOf(data, 5))}`);
  await page.getByRole("alert").getByText("the disk is full").waitFor();
  expect(await page.getByRole("button", { name: "Start the run" }).isEnabled()).toBe(true);
  await page.unroute(`${studio.apiUrl}/api/v1/train/look`);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByLabel("Tokens of the row").waitFor({ timeout: 60_000 });
  for (const path of [
    "/train",
    "/runs",
    "/runs/compare?ids=nothing",
    "/runs/nothing",
    "/runs?view=sweeps",
  ]) {
    const seen = closedGate();
    await page.route(`${studio.apiUrl}/api/v1/{train,run,sweeps}**`, async (route) => {
      await seen.opened;
      await route.fulfill({ status: 500, contentType: "application/json", body, headers });
    });
    await page.goto(`${studio.origin}${path}`);
    await page.locator("[aria-busy=true]").first().waitFor();
    seen.open();
    await page.getByText("the disk is full").first().waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
  }
}, 300_000);
