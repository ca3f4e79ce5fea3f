// A process that makes rows: `make-worker.ts STORE ORIGIN COUNT CONCURRENCY`. Prints what it came to as JSON.
import { openStore } from "../../src/store/index.ts";
import { makeJob } from "../../src/synth/make/make-job.ts";
import { makingOf } from "./making.ts";

const [path = "", origin = "", count = "", concurrency = ""] = process.argv.slice(2);
const store = await openStore(path);
process.stdout.write("ready\n");
const work = await makingOf(origin, { count: Number(count), concurrency: Number(concurrency) });
const { job, spending, rows } = await makeJob(store, work, { every: 20 });
const keys: string[] = [];
for await (const row of rows()) keys.push(row.key);
await store.close();
process.stdout.write(`${JSON.stringify({ status: job.status, spending, keys })}\n`);
