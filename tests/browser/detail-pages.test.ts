// Several runs as a sweep, from the form to its page; and each page of one thing: in both themes, and with a server that
// fails.
import { join } from "node:path";
import type { Route } from "playwright-core";
import { expect, test } from "vitest";
import { askStudio, openPage, openStudio, violationsInThemes } from "../support/browser.ts";
import { ended, formAt, patient, rowsIn, start, type Told } from "../support/studio-training.ts";

test("several values make a sweep, seen while it goes on; two clicks start it once", async () => {
  const studio = await openStudio();
  const data = rowsIn(studio);
  const { page, problems } = await openPage(studio, formAt(data, 6));
  await page.getByRole("combobox", { name: "Vary a setting" }).fill("Rank");
  await page.getByRole("option", { name: "Rank", exact: true }).click();
  const values = page
    .getByRole("combobox", { name: "Rank" })
    .or(page.getByRole("textbox", { name: "Rank" }).last());
  for (const value of ["4", "0"]) {
    await values.last().fill(value);
    await values.last().press("Enter");
    await page.getByText(value, { exact: true }).last().waitFor();
  }
  await page.getByRole("list", { name: "Problems with the runs" }).waitFor();
  expect(await page.getByRole("button", { name: "Start 2 runs" }).isDisabled()).toBe(true);
  await page.goto(`${page.url().replace(/vary\.lora\.r=[^&]*/, "vary.lora.r=4,8")}`);
  const button = page.getByRole("button", { name: "Start 2 runs" });
  await expect.poll(async () => await button.isEnabled(), patient).toBe(true);
  await button.dblclick();
  await page.waitForURL(/runs\/sweep\?folder=/);
  await page.getByText("completed", { exact: true }).nth(1).waitFor({ timeout: 120_000 });
  const { jobs } = await askStudio<{ jobs: Told[] }>(studio, "GET", "/api/v1/jobs");
  expect(jobs).toHaveLength(2);
  const folder = new URL(page.url()).searchParams.get("folder") ?? "";
  await page.goto(`${studio.origin}/runs/sweep?${new URLSearchParams({ folder })}`);
  await page.getByRole("heading", { name: "Trials, the best first" }).waitFor();
  expect(await violationsInThemes(page)).toEqual([]);
  expect(problems).toEqual([]);
}, 600_000);

const body = JSON.stringify({
  error: { code: "FT-TEST-001", message: "the disk is full", hint: "make room" },
});

test("pages of one thing: no violation in either theme, and a server that fails is told of", async () => {
  const studio = await openStudio();
  const data = rowsIn(studio);
  const values = { "model.name": "builtin/tiny", "data.train_file": data, "optimization.iters": 4 };
  const trained = await ended(studio, await start(studio, values));
  expect(trained.error).toBeNull();
  const run = trained.result?.runId ?? "";
  const ask = async (kind: string, parameters: object): Promise<Told> =>
    await askStudio<Told>(studio, "POST", "/api/v1/jobs", { kind, parameters });
  const folder = (
    await askStudio<{ run: { output_dir: string } }>(studio, "GET", `/api/v1/runs/${run}`)
  ).run.output_dir;
  const models = ["builtin/tiny", folder];
  const asked = await ask("benchmark", { models, numSamples: 2, maxGenLength: 4 });
  expect((await ended(studio, asked.id)).error).toBeNull();
  // refused when it begins, so that its page tells why
  const refused = await ask("export", {
    format: "gguf",
    model: folder,
    output: join(studio.home, "x.gguf"),
  });
  expect((await ended(studio, refused.id)).status).toBe("failed");
  const { evaluations } = await askStudio<{
    evaluations: { id: string; compared_with: string | null }[];
  }>(studio, "GET", "/api/v1/evaluations");
  const tuned = evaluations.find(({ compared_with: other }) => other !== null);
  const paths = [
    `/runs/${run}`,
    `/runs/${run}?tab=log`,
    `/runs/${run}?tab=samples`,
    `/runs/compare?ids=${run}`,
    `/evaluate/${tuned?.id}?against=${tuned?.compared_with}&row=0`,
    "/evaluate/new",
    `/jobs/${asked.id}`,
    `/jobs/${refused.id}`,
    `/share/${run}`,
    `/share/${run}?as=ollama`,
    "/runs?view=sweeps",
  ];
  const { page, problems } = await openPage(studio);
  for (const path of paths) {
    await page.goto(`${studio.origin}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await violationsInThemes(page), path).toEqual([]);
  }
  const isAsked = (url: URL): boolean =>
    url.origin === studio.apiUrl && url.pathname !== "/api/v1/events";
  const headers = {
    "access-control-allow-origin": studio.origin,
    "access-control-allow-credentials": "true",
  };
  const fail = async (route: Route): Promise<void> =>
    await route.fulfill({ status: 500, contentType: "application/json", body, headers });
  for (const path of paths) {
    await page.route(isAsked, fail);
    await page.goto(`${studio.origin}${path}`);
    const trouble = page.getByRole("alert").filter({ hasText: "the disk is full" });
    await trouble.first().waitFor();
    await page.unroute(isAsked, fail);
    while ((await trouble.count()) > 0) {
      const again = trouble.first().getByRole("button", { name: "Try again" });
      await again.click({ timeout: 5000 }).catch(() => undefined);
      await page.waitForTimeout(300);
    }
    expect(await page.getByRole("heading", { level: 1 }).count(), path).toBe(1);
  }
  // what failed says what mends it
  await page.goto(`${studio.origin}/jobs/${refused.id}`);
  await page.getByText("FT-EXPORT-021").first().waitFor();
  await page
    .getByText(/ft export hf writes a folder/)
    .first()
    .waitFor();
  expect(problems).toEqual([]);
}, 600_000);
