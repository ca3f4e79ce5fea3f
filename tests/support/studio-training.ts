// What tests of a training through the studio's pages have in common: rows to learn from, the form filled in by its
// address, a run begun over the API, a job waited for.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { askStudio, type OpenStudio } from "./browser.ts";

/** For what a busy machine takes its time with. */
export const patient = { timeout: 60_000 };

/** Forty rows of greetings, as a file of the studio's home. */
export function rowsIn({ home }: Pick<OpenStudio, "home">): string {
  const file = join(home, "greetings.jsonl");
  const row = (at: number): string =>
    JSON.stringify({
      messages: [
        { role: "user", content: `Say hello to number ${at}.` },
        { role: "assistant", content: `Hello, number ${at}!` },
      ],
    });
  writeFileSync(file, Array.from({ length: 40 }, (_, at) => `${row(at)}\n`).join(""));
  return file;
}

/** The address of the form of a training of the smallest model. */
export const formAt = (data: string, iters: number, more: Record<string, string> = {}): string =>
  `/train?${new URLSearchParams({
    model: "builtin/tiny",
    data,
    "optimization.iters": String(iters),
    "optimization.eval_steps": "5",
    ...more,
  })}`;

export interface Told {
  id: string;
  status: string;
  error: string | null;
  result: { runId?: string } | null;
}

/** The job once it has ended, however. */
export async function ended(studio: OpenStudio, id: string): Promise<Told> {
  const path = `/api/v1/jobs/${id}`;
  for (const latest = Date.now() + 240_000; ;) {
    const { job } = await askStudio<{ job: Told }>(studio, "GET", path);
    if (["completed", "failed", "cancelled"].includes(job.status)) return job;
    if (Date.now() > latest) throw new Error(`not within four minutes: ${JSON.stringify(job)}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Begins a training with settings of the form; gives the number of its job. */
export const start = async (studio: OpenStudio, values: object, force = false): Promise<string> =>
  (await askStudio<Told>(studio, "POST", "/api/v1/train/form/start", { values, force })).id;
