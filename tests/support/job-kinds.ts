// A kind of job for tests, registered by being imported: each row is written into the table `made`, slowly enough to be
// killed in. Asks a scripted provider that counts its calls in the file of the job's parameters.
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { z } from "zod";
import { jobKinds } from "../../src/app/jobs/kinds/registry.ts";
import type { JobKind } from "../../src/app/jobs/kinds/types.ts";

const Parameters = z.strictObject({
  rows: z.int().positive(),
  bill: z.string(),
  milliseconds: z.number().default(10),
});

/** What a call costs, in billionths of a dollar. */
export const price = 1000;

export const rowsKind: JobKind<z.infer<typeof Parameters>> = {
  about: "writes rows",
  parameters: Parameters,
  jobsAtOnce: 8,
  title: ({ rows }) => `${rows} rows`,
  *units({ rows }) {
    for (let row = 0; row < rows; row++) yield { key: `row-${row}`, mostAttempts: 1000 };
  },
  open: async () => ({
    units: {
      rows: {
        concurrency: 4,
        async run({ key, jobId, parameters }, { call, signal }) {
          const { bill, milliseconds } = Parameters.parse(parameters);
          const prompt = `${jobId} ${key}`;
          const content = { provider: "scripted", model: "one", parameters: {}, prompt };
          const { answer } = await call({ content, most: 2 * price }, async () => {
            appendFileSync(bill, `${prompt}\n`);
            await pause(milliseconds, undefined, { signal });
            return { answer: `answer to ${prompt}`, spent: price };
          });
          return {
            result: answer,
            effects: async (db) => {
              await sql`insert into made (unit, text) values (${prompt}, ${String(answer)})`.execute(
                db,
              );
            },
          };
        },
      },
    },
    close: async () => undefined,
  }),
};

jobKinds.register("rows", rowsKind);
