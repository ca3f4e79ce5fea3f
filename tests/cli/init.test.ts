// `ft init`: a folder in which `ft train start`, given nothing else, trains.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listCheckpoints } from "../../src/runs/checkpoints.ts";
import { makeFolder } from "../support/folders.ts";
import { eventsOf, runProgram } from "../support/program.ts";

test("what ft init makes is what ft train start runs with, and git leaves its results out", async () => {
  const folder = makeFolder();
  const env = { FT_HOME: makeFolder() };
  const made = await runProgram(["init", "my project", "--json"], { cwd: folder, env });
  expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(made.stdout)).toMatchObject({
    written: ["ft.yaml", "ft.schema.json", "data/README.md", ".gitignore"],
    kept: [],
  });
  const cwd = join(folder, "my project");
  const shown = await runProgram(["train", "start", "--dry-run"], { cwd, env });
  expect(shown.stdout).toMatch(/^model.name = "builtin\/tiny" +# .*ft\.yaml/m);
  const { code, stdout } = await runProgram(
    ["train", "start", "--iters", "2", "--save-steps", "1", "--json"],
    { cwd, env },
  );
  expect(code).toBe(0);
  expect(eventsOf(stdout).at(-1)).toMatchObject({ type: "run-completed" });
  expect(listCheckpoints(join(cwd, "runs/first")).length).toBeGreaterThan(0);
  expect(readFileSync(join(cwd, ".gitignore"), "utf8").split("\n")).toContain("checkpoints/");
}, 300_000);

test("nothing is written over; a .gitignore gets the lines that it lacks", async () => {
  const cwd = makeFolder();
  mkdirSync(join(cwd, "data"));
  writeFileSync(join(cwd, "ft.yaml"), "optimization: { epochs: 7 }\n");
  writeFileSync(join(cwd, "data/README.md"), "mine");
  writeFileSync(join(cwd, ".gitignore"), "node_modules/\ncheckpoints/");
  const first = await runProgram(["init"], { cwd });
  expect(first.stdout).toBe(
    "written: .gitignore\nkept: ft.yaml\nkept: data/README.md\nnext: ft train start\n",
  );
  const read = (name: string): string => readFileSync(join(cwd, name), "utf8");
  expect(read("ft.yaml")).toBe("optimization: { epochs: 7 }\n");
  expect(read("data/README.md")).toBe("mine");
  expect(read(".gitignore")).toBe("node_modules/\ncheckpoints/\nruns/\n.env\n");
  const again = await runProgram(["init"], { cwd });
  expect(again.stdout).toContain("kept: .gitignore");
  expect(read(".gitignore")).toBe("node_modules/\ncheckpoints/\nruns/\n.env\n");
  expect(existsSync(join(cwd, "runs"))).toBe(true);
});
