// Every button that asks the server for a change, pressed twice before the page is drawn anew: it asks once.
import { expect, test } from "vitest";
import { askStudio, openPage, openStudio, type OpenStudio } from "../support/browser.ts";
import { everyButton, refuseChanges } from "../support/every-button.ts";
import { ended, rowsIn, start, type Told } from "../support/studio-training.ts";

async function filled(studio: OpenStudio): Promise<string[]> {
  const data = rowsIn(studio);
  const values = { "model.name": "builtin/tiny", "data.train_file": data, "optimization.iters": 2 };
  const trained = await ended(studio, await start(studio, values));
  expect(trained.error).toBeNull();
  const run = trained.result?.runId ?? "";
  const form = new FormData();
  const line = (text: string): string => JSON.stringify({ instruction: text, output: "Yes." });
  form.append("file", new Blob([`${line("Is it?")}\n${line("Is it?")}\n`]), "asked.jsonl");
  const answer = await fetch(`${studio.apiUrl}/api/v1/data/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${studio.token}` },
    body: form,
  });
  const { made } = (await answer.json()) as { made: string };
  const refused = await askStudio<Told>(studio, "POST", "/api/v1/jobs", {
    kind: "export",
    parameters: { format: "gguf", model: "builtin/tiny", output: `${studio.home}/x.gguf` },
  });
  await ended(studio, refused.id);
  return [
    `/data/${made}?tab=rows&row=0`,
    `/runs/${run}`,
    `/share/${run}?as=merge`,
    `/jobs/${refused.id}`,
  ];
}

test("two clicks before the page is drawn anew ask for a change once, whatever the button", async () => {
  const studio = await openStudio();
  const paths = await filled(studio);
  const { page, problems } = await openPage(studio);
  const asked = await refuseChanges(page, studio);
  const twice: string[] = [];
  for (const path of paths) {
    await everyButton({ page, asked, twice }, `${studio.origin}${path}`);
    expect(twice, path).toEqual([]);
  }
  const kinds = new Set(
    asked.map((line) => /^(\w+) .*?\/v1\/(\w+)/.exec(line)?.slice(1).join(" ")),
  );
  for (const kind of ["POST data", "DELETE data", "DELETE runs", "POST jobs", "DELETE jobs"])
    expect(kinds).toContain(kind);
  expect(problems).toEqual([]);
}, 600_000);
