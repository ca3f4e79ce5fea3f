import { spawnSync } from "node:child_process";
// This platform's package, laid out as a release has it: the addon in it finds its libraries there and nowhere else, the
// libraries are the wheels' own bytes, and nothing names this machine.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { beforeAll, expect, test } from "vitest";
import type { Manifest } from "../../dev/packaging/manifests.ts";
import { layOutPlatform, machinePaths, matches } from "../../dev/packaging/platform-package.ts";
import { platformsOf } from "../../dev/packaging/platforms.ts";
import { makeFolder } from "../support/folders.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const isLinux = process.platform === "linux";
const read = (file: string): string => readFileSync(join(folder, file), "utf8");
let folder = "";

beforeAll(() => {
  folder = makeFolder();
  const [platform] = platformsOf(process.platform, process.arch);
  if (platform === undefined) throw new Error("no platform");
  const main = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  layOutPlatform(root, main, platform, folder);
});

const load = `
const addon = { exports: {} };
process.dlopen(addon, process.argv[1]);
const maps = process.platform === "linux" ? require("node:fs").readFileSync("/proc/self/maps", "utf8") : "";
const files = new Set(maps.match(/\\/\\S*(?:ft_native|lib(?:mlx|blas|lapack|gfortran|quadmath|scipy))\\S*/g));
console.log(JSON.stringify({ mlx: addon.exports.version().mlx, files: [...files] }));
`;

test("the addon loads every library from the package", () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["-e", load, join(folder, "ft_native.node")],
    {
      ...{ encoding: "utf8", cwd: "/", env: { PATH: "/nowhere" } },
    },
  );
  expect(stderr).toBe("");
  const { mlx, files } = JSON.parse(stdout) as { mlx: string; files: string[] };
  expect(mlx).toMatch(/^\d+\.\d+/);
  if (isLinux) expect(files.length).toBeGreaterThanOrEqual(6);
  expect(files.filter((file) => !file.startsWith(folder))).toEqual([]);
});

test.runIf(isLinux)("libraries are those of the wheels, byte for byte", () => {
  const [record = ""] = matches(root, ".local/libmlx/mlx_cpu-*.dist-info/RECORD");
  const known = readFileSync(join(root, record), "utf8");
  const shipped = ["mlx/lib", "mlx_cpu.libs"].flatMap((place) =>
    readdirSync(join(folder, "libmlx", place)).map((name) => `${place}/${name}`),
  );
  expect(shipped).toHaveLength(5);
  for (const file of shipped) {
    const bytes = readFileSync(join(folder, "libmlx", file));
    const hash = createHash("sha256").update(bytes).digest("base64url");
    expect(known).toContain(`${file},sha256=${hash},`);
  }
});

test("no file names a folder of this machine", () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(texts.length).toBeGreaterThan(8);
  for (const file of texts)
    for (const path of machinePaths(root))
      expect(readFileSync(file).includes(`${path}/`), `${file}: ${path}`).toBe(false);
});

test("licences and the bill of materials name every library", async () => {
  const bill = read("sbom.cdx.json");
  expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(bill)).toBeNull();
  const { components } = JSON.parse(bill) as { components: { name: string; version: string }[] };
  for (const { name, version } of components) {
    expect(version).toMatch(/^\d+\.\d+/);
    if (name === "ft_native") continue;
    expect(existsSync(join(folder, "licences", `${name}.txt`)), name).toBe(true);
    expect(read("LICENCES.md")).toContain(`| ${name} | ${version} |`);
  }
  const manifest = JSON.parse(read("package.json")) as { license: string; scripts?: unknown };
  expect(manifest.scripts).toBeUndefined();
  if (isLinux)
    expect(manifest.license).toMatch(/^MIT AND .*GCC-exception-3\.1\).* LGPL-2\.1-or-later/);
});
