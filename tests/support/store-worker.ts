// A process that works on the store: `store-worker.ts STORE PROVIDER`. Each unit asks a scripted provider twice, which
// counts every call itself, in the file PROVIDER, as a service would on its bill.
import { appendFileSync } from "node:fs";
import { sql } from "kysely";
import { openStore, runWorker, unitKinds } from "../../src/store/index.ts";

/** What a call costs, in billionths of a dollar. */
const price = 1000;

const [path = "", bill = ""] = process.argv.slice(2);

async function provider(prompt: string): Promise<{ answer: string; spent: number }> {
  appendFileSync(bill, `${prompt}\n`);
  await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
  return { answer: `answer to ${prompt}`, spent: price };
}

const kinds = unitKinds({
  write: {
    concurrency: 8,
    async run({ key }, { call }) {
      const rows: string[] = [];
      for (const part of ["question", "answer"]) {
        const prompt = `${part} of ${key}`;
        const content = { provider: "scripted", model: "one", parameters: {}, prompt };
        const { answer } = await call({ content, most: 2 * price }, () => provider(prompt));
        rows.push(String(answer));
      }
      return {
        result: rows,
        effects: async (db) => {
          await sql`insert into made (unit, text) values (${key}, ${rows.join()})`.execute(db);
        },
      };
    },
  },
});

const store = await openStore(path);
process.stdout.write("ready\n");
// The usual lease: a shorter one runs out on a machine that is busy, and a call is then made twice.
await runWorker(store, kinds, { slots: 4, every: 20 });
