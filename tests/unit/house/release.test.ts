// The list before a release: what its page names can be run, and which steps are run.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chosen, stepsOf } from "../../../dev/release-check.ts";
import { root } from "../../support/documents.ts";

const steps = stepsOf(readFileSync(join(root, "dev/release.md"), "utf8"));

test("the page names steps from the version to the container", () => {
  const names = steps.map(({ name }) => name);
  expect(names[0]).toBe("version");
  expect(names).toEqual(expect.arrayContaining(["tests", "packages", "installed", "container"]));
});

test.each(steps)("$name can be run", ({ command }) => {
  const [program = "", ...args] = command.split(" ");
  if (program === "make") expect(spawnSync("make", ["-n", ...args], { cwd: root }).status).toBe(0);
  else if (program === "node") expect(existsSync(join(root, args[2] ?? ""))).toBe(true);
  else expect(spawnSync("bash", ["-c", command], { cwd: root }).status).toBe(0);
});

test("some steps are chosen by name, and an unknown one is refused", () => {
  expect(chosen(steps, "packages,version").map(({ name }) => name)).toEqual([
    "version",
    "packages",
  ]);
  expect(chosen(steps, undefined)).toHaveLength(steps.length);
  expect(() => chosen(steps, "version,nothing")).toThrow(
    /no step is called nothing; they are version/,
  );
});

test("types, unit tests, integration tests and all tests are scripts of npm; open work and lessons are kept", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  expect(scripts).toMatchObject({
    typecheck: expect.stringContaining("tsc"),
    "test:unit": expect.stringContaining("--project unit"),
    "test:integration": expect.stringContaining("--project native"),
    test: "vitest run",
  });
  for (const name of ["todo", "lessons"])
    expect(readFileSync(join(root, `dev/tasks/${name}.md`), "utf8")).toMatch(/^- \S/m);
});
