// A studio that is started again under an open page, on the pages whose content lies outside the queue: evaluate, share,
// settings; and a trainer that is killed under its page.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { askStudio, openPage, openStudio, type OpenStudio } from "../support/browser.ts";
import { makeFolder } from "../support/folders.ts";
import { childrenOf, killHard } from "../support/program.ts";
import { ended, patient, rowsIn, start, type Told } from "../support/studio-training.ts";

const steps = (studio: OpenStudio, iters: number) => ({
  "model.name": "builtin/tiny",
  "data.train_file": rowsIn(studio),
  "optimization.iters": iters,
});

/** With the cookie that the link gives, as a person comes. */
async function opened(studio: OpenStudio): Promise<Page> {
  const { page } = await openPage(studio);
  await page.context().clearCookies();
  await page.goto(studio.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

test("evaluate, share and settings go on where they were when the studio is started again", async () => {
  const home = makeFolder();
  let studio = await openStudio({ FT_HOME: home });
  const [port, apiPort] = [new URL(studio.url).port, new URL(studio.apiUrl).port];
  const run = (await ended(studio, await start(studio, steps(studio, 2)))).result?.runId ?? "";
  const { run: found } = await askStudio<{ run: { output_dir: string } }>(
    ...([studio, "GET", `/api/v1/runs/${run}`] as const),
  );
  const parameters = { model: found.output_dir, numSamples: 2, maxGenLength: 4 };
  const asked = { kind: "evaluation", parameters };
  expect(
    (await ended(studio, (await askStudio<Told>(studio, "POST", "/api/v1/jobs", asked)).id)).error,
  ).toBeNull();
  const { evaluations } = await askStudio<{ evaluations: { id: string }[] }>(
    ...([studio, "GET", "/api/v1/evaluations"] as const),
  );
  const page = await opened(studio);
  const visits: readonly [path: string, stands: (page: Page) => Promise<void>][] = [
    [
      `/evaluate/${evaluations[0]?.id}`,
      async (of) =>
        await of
          .getByText(/2 rows of/)
          .first()
          .waitFor(patient),
    ],
    [
      `/share/${run}?as=merge`,
      async (of) => await of.getByRole("button", { name: "Merge", exact: true }).waitFor(patient),
    ],
    [
      "/settings",
      async (of) => await of.getByRole("textbox", { name: "Jobs at once" }).waitFor(patient),
    ],
  ];
  for (const [path, stands] of visits) {
    await page.goto(`${studio.origin}${path}`);
    await stands(page);
    await studio.stop();
    await page.getByText("This page keeps trying").waitFor(patient);
    studio = await openStudio({ FT_HOME: home }, { port, apiPort });
    await page.getByText("This page keeps trying").waitFor({ state: "detached", timeout: 60_000 });
    await stands(page);
  }
  // and what is asked for then is done
  await page.getByRole("textbox", { name: "Jobs at once" }).fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").waitFor(patient);
}, 600_000);

test("a trainer that is killed under its page goes on, and the page follows it", async () => {
  const studio = await openStudio();
  const values = {
    ...steps(studio, 100_000),
    "optimization.eval_steps": 50_000,
    "optimization.save_steps": 100,
  };
  const job = await start(studio, values);
  const page = await opened(studio);
  await page.goto(`${studio.origin}/runs/job/${job}`);
  await page.getByRole("progressbar", { name: "Steps" }).waitFor(patient);
  const step = async (): Promise<number> =>
    Number(
      /step ([\d,]+) of/.exec(await page.getByRole("main").innerText())?.[1]?.replace(",", "") ?? 0,
    );
  await expect.poll(step, { timeout: 120_000 }).toBeGreaterThan(120);
  const workers = childrenOf(studio.program.process.pid ?? 0);
  expect(workers.length).toBeGreaterThan(0);
  for (const worker of workers) killHard(worker);
  const before = await step();
  // more than what was written before it died and is only shown now
  await expect.poll(step, { timeout: 180_000 }).toBeGreaterThan(before + 300);
  await page.getByText("running", { exact: true }).first().waitFor(patient);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped", { exact: true }).first().waitFor(patient);
}, 600_000);
