// What code of the server and of providers keeps to: nothing waits in place while others want an answer, every request is
// checked, no path of somebody's machine is written down. Keys in files are the business of dev/checks/secrets.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { routeGroups } from "../../../src/studio/routes/index.ts";

const root = join(import.meta.dirname, "../../../src");

const sources = (folder: string): [path: string, text: string][] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [join(folder, name), readFileSync(join(root, folder, name), "utf8")]);

/** Small files of the user's, read once before anything is asked. */
const readsFiles = new Set(["providers/environment.ts", "providers/prices.ts"]);

test("the server and providers wait for nothing in place", () => {
  const found = [...sources("studio"), ...sources("providers")]
    .filter(([path]) => !readsFiles.has(path))
    .flatMap(([path, text]) => (text.match(/\b\w+Sync\(/g) ?? []).map((call) => [path, call]));
  const allowed = ["existsSync(", "statSync("];
  expect(found.filter(([, call = ""]) => !allowed.includes(call))).toEqual([]);
});

test("no path of somebody's machine is written down", () => {
  const absolute = /["'`](?:\/(?:home|Users|tmp|opt|root|mnt)\/|[A-Z]:\\\\)/;
  const found = sources(".").filter(([, text]) => absolute.test(text));
  expect(found.map(([path]) => path)).toEqual([]);
});

test("every part of a request that a route takes has a schema, and every answer", () => {
  for (const { path, method, params, body, upload, answers } of routeGroups.flatMap(
    ({ routes }) => routes,
  )) {
    const places = path.match(/\{\w+\}/g) ?? [];
    expect([path, method, params !== undefined]).toEqual([path, method, places.length > 0]);
    if (method === "GET") expect([path, body, upload]).toEqual([path, undefined, undefined]);
    expect(Object.keys(answers).length, path).toBeGreaterThan(0);
  }
});
