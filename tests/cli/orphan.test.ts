// A task that computes without a pause does not outlive who started it: it hears nothing, and is ended from beside.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { compiledProgram, isAlive, until } from "../support/program.ts";

/** A process that starts the task in `script` and tells its number; both wait, the task by computing. */
async function started(script: string): Promise<{ parent: number; task: number }> {
  const folder = makeFolder();
  const [task, parent] = [join(folder, "task.mjs"), join(folder, "parent.mjs")];
  const orphan = join(dirname(dirname(compiledProgram())), "app/jobs/tasks/orphan.js");
  writeFileSync(task, `import { endWhenAlone } from ${JSON.stringify(orphan)};\n${script}`);
  writeFileSync(
    parent,
    `import { fork } from "node:child_process";
    const child = fork(${JSON.stringify(task)}, [], { detached: true, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.on("message", () => console.log(child.pid));
    setInterval(() => undefined, 1000);`,
  );
  const process_ = spawn(process.execPath, [parent], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await new Promise((resolve) =>
    process_.stdout.once("data", (data: Buffer) => {
      resolve([data.toString("utf8")]);
    }),
  )) as [string];
  return { parent: process_.pid ?? 0, task: Number(line) };
}

const guard = "endWhenAlone({ every: 50, grace: 300 });";
const loop = "process.send(0, undefined, undefined, () => { for (;;); });";

test("a task in a loop ends soon after its parent was killed; one that is not watched would go on", async () => {
  const [watched, unwatched] = await Promise.all([started(`${guard}\n${loop}`), started(loop)]);
  try {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect([watched.task, unwatched.task].map(isAlive)).toEqual([true, true]);
    for (const { parent } of [watched, unwatched]) process.kill(parent, "SIGKILL");
    await until(() => !isAlive(watched.task));
    expect(isAlive(unwatched.task)).toBe(true);
  } finally {
    for (const { task } of [watched, unwatched]) if (isAlive(task)) process.kill(task, "SIGKILL");
  }
});
