// A process that changes a dataset of the platform and its file: `platform-writer.ts STORE DATASET`. Kills itself with
// -9 before or after the thing done with files or the database that FT_TEST_DIE_AT numbers, in the middle of a write
// too; says how many there were, and their names.
import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { SqliteFile } from "../../src/store/driver.ts";

const dieAt = Number(process.env["FT_TEST_DIE_AT"] ?? -1);
const points: string[] = [];

function reached(name: string): void {
  points.push(name);
  if (points.length - 1 === dieAt) process.kill(process.pid, "SIGKILL");
}

type Call = (...given: unknown[]) => Promise<unknown>;

function watched(handle: FileHandle): FileHandle {
  for (const name of ["truncate", "write", "writeFile", "datasync", "sync"] as const) {
    const real = (handle[name] as Call).bind(handle);
    const call: Call = async (...given) => {
      reached(`before ${name}`);
      if (name === "write") {
        const [bytes, , length, at] = given as [Buffer, number, number, number];
        await real(bytes, 0, Math.floor(length / 2), at);
        reached("in the middle of a write");
      }
      const done = await real(...given);
      reached(`after ${name}`);
      return done;
    };
    Object.assign(handle, { [name]: call });
  }
  return handle;
}

const { open, rename } = fs.promises as unknown as { open: Call; rename: Call };
Object.assign(fs.promises, {
  open: async (...given: unknown[]) => watched((await open(...given)) as FileHandle),
  rename: async (...given: unknown[]) => {
    reached("before rename");
    await rename(...given);
    reached("after rename");
  },
});
syncBuiltinESMExports();
const execute = SqliteFile.prototype.execute;
SqliteFile.prototype.execute = function (sql, parameters) {
  if (sql === "commit") reached("before commit");
  const done = execute.call(this, sql, parameters);
  if (sql === "commit") reached("after commit");
  return done;
};

// after the patches, so that what it imports has them
const { openStore } = await import("../../src/store/index.ts");
const { appendExample, changeExample, fileInStep, listExamples, removeExample, updateExample } =
  await import("../../src/store/platform/index.ts");
const store = await openStore(process.argv[2] ?? "");
const id = Number(process.argv[3]);
const { examples } = await listExamples(store, id);
points.length = 0;
await appendExample(store.db, id, { content: { instruction: "appended", output: "1" } });
await fileInStep(store, id);
await updateExample(store, examples[1]!.id, {
  content: { instruction: "edited", output: "longer" },
});
await removeExample(store, examples[2]!.id);
await changeExample(store.db, examples[0]!.id, { content: { instruction: "one", output: "" } });
await changeExample(store.db, examples[3]!.id, { content: { instruction: "two", output: "" } });
await appendExample(store.db, id, { content: { instruction: "appended", output: "2" } });
await fileInStep(store, id);
process.stdout.write(JSON.stringify(points));
await store.close();
