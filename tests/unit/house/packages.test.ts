// What a release's packages say of themselves, and the small tools that lay them out. That they install and work with
// nothing but Node: make packages-check.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { expect, test } from "vitest";
import { platformBill } from "../../../dev/packaging/bill.ts";
import { mainManifest, type Manifest, platformManifest } from "../../../dev/packaging/manifests.ts";
import {
  machinePaths,
  matches,
  missingFor,
  refuseMachinePaths,
  systemNeeds,
} from "../../../dev/packaging/platform-package.ts";
import { platformsOf, PUBLISHED } from "../../../dev/packaging/platforms.ts";
import { runPath, withRunPath } from "../../../dev/packaging/run-path.ts";
import { makeFolder } from "../../support/folders.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const clone = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

test("the main package names the platforms' packages as optional, runs nothing when installed, and is not private", () => {
  const manifest = mainManifest(clone);
  expect(manifest["optionalDependencies"]).toEqual({
    "@finetune-local/ft-darwin-arm64": clone.version,
    "@finetune-local/ft-linux-arm64": clone.version,
    "@finetune-local/ft-linux-x64": clone.version,
  });
  for (const absent of ["private", "scripts", "devDependencies", "gypfile", "files"])
    expect(manifest).not.toHaveProperty(absent);
  expect(manifest["bin"]).toEqual(clone["bin"]);
  expect(manifest["dependencies"]).toEqual(clone["dependencies"]);
  expect(clone).not.toHaveProperty("private");
  for (const name of ["preinstall", "install", "postinstall", "prepare"])
    expect(clone["scripts"]).not.toHaveProperty(name);
});

test("a platform's package is for its system, processor and C library alone", () => {
  const [linux, mac] = platformsOf("linux", "x64");
  if (linux === undefined || mac === undefined) throw new Error("two platforms");
  expect(platformManifest(clone, linux, "MIT")).toMatchObject({
    ...{ name: "@finetune-local/ft-linux-x64", version: clone.version },
    ...{ os: ["linux"], cpu: ["x64"], libc: ["glibc"], license: "MIT" },
  });
  expect(platformManifest(clone, mac, "MIT")).toMatchObject({ os: ["darwin"], cpu: ["arm64"] });
  expect(platformManifest(clone, mac, "MIT")).not.toHaveProperty("libc");
  const [native] = platformsOf("darwin", "arm64");
  expect(native?.addon).toBe("build/Release/ft_native.node");
  expect(PUBLISHED).toContain("darwin-arm64");
});

test("what is not built is named, and its platform left out", () => {
  const [linux] = platformsOf("linux", "x64");
  if (linux === undefined) throw new Error("a platform");
  expect(missingFor(makeFolder(), linux)).toBe("build/Release/ft_native.node");
});

test("a star stands for part of a name", () => {
  const folder = makeFolder();
  for (const name of ["a-1.dist-info", "a-2.dist-info", "b-1.dist-info"])
    mkdirSync(join(folder, "x", name), { recursive: true });
  expect(matches(folder, "x/a-*.dist-info")).toEqual(["x/a-1.dist-info", "x/a-2.dist-info"]);
  expect(matches(folder, "x/c-*/y")).toEqual([]);
  expect(matches(folder, "x/b-1.dist-info")).toEqual(["x/b-1.dist-info"]);
});

/** An ELF file of one section with one run path, as small as the format allows. */
function elf(path: string): Buffer {
  const texts = Buffer.from(`\0${path}\0`);
  const [textsAt, dynamicAt] = [64, 64 + 256];
  const headersAt = dynamicAt + 32;
  const bytes = Buffer.alloc(headersAt + 3 * 64);
  bytes.writeUInt32BE(0x7f454c46, 0);
  bytes.set([2, 1], 4);
  bytes.writeBigUInt64LE(BigInt(headersAt), 0x28);
  bytes.writeUInt16LE(64, 0x3a);
  bytes.writeUInt16LE(3, 0x3c);
  bytes.set(texts, textsAt);
  bytes.writeBigUInt64LE(29n, dynamicAt);
  bytes.writeBigUInt64LE(1n, dynamicAt + 8);
  const section = (
    index: number,
    type: number,
    offset: number,
    size: number,
    link: number,
  ): void => {
    const at = headersAt + index * 64;
    bytes.writeUInt32LE(type, at + 4);
    bytes.writeBigUInt64LE(BigInt(offset), at + 0x18);
    bytes.writeBigUInt64LE(BigInt(size), at + 0x20);
    bytes.writeUInt32LE(link, at + 0x28);
  };
  section(1, 3, textsAt, texts.length, 0);
  section(2, 6, dynamicAt, 32, 1);
  return bytes;
}

test("a run path is replaced in its place, by one that is no longer", () => {
  const library = elf("$ORIGIN:$ORIGIN/../../.local/x");
  expect(runPath(library)).toBe("$ORIGIN:$ORIGIN/../../.local/x");
  const changed = withRunPath(library, "$ORIGIN/lib");
  expect(runPath(changed)).toBe("$ORIGIN/lib");
  expect(changed).toHaveLength(library.length);
  expect(changed.includes(".local")).toBe(false);
  expect(() => withRunPath(library, "$ORIGIN/".repeat(9))).toThrow("at most 30 bytes");
  expect(() => runPath(Buffer.from("#!/bin/sh\n".repeat(9)))).toThrow("ELF");
});

test("a file that names a folder of this machine is refused", () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "addon"), Buffer.from(`\0\x01${join(root, "native/addon.cc")}\0`));
  writeFileSync(join(folder, "clean"), Buffer.from("\0/usr/lib\0"));
  const paths = machinePaths(root);
  expect(() => refuseMachinePaths(folder, ["clean"], paths)).not.toThrow();
  expect(() => refuseMachinePaths(folder, ["clean", "addon"], paths)).toThrow(
    /addon names .*of this machine/,
  );
});

test("what is asked of the system is the newest version that any file names", () => {
  const folder = makeFolder();
  const one = join(folder, "one");
  const other = join(folder, "other");
  writeFileSync(one, "\0GLIBC_2.4\0GLIBC_2.35\0GLIBC_2.9\0GLIBCXX_3.4\0");
  writeFileSync(other, "\0GLIBC_2.34\0GLIBCXX_3.4.30\0GLIBCXX_3.4.9\0");
  expect(systemNeeds([one, other])).toEqual(["GLIBC 2.35", "GLIBCXX 3.4.30"]);
});

test("a bill of materials is valid CycloneDX, with the hash of each file", async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "lib.so"), "library");
  const part = { name: "lib", version: "1.2", purl: "pkg:pypi/lib", files: ["lib.so"] };
  const bill = platformBill(folder, { name: "@a/b", version: "1.0.0", licence: "MIT" }, [
    { ...part, licence: "GPL-3.0-or-later WITH GCC-exception-3.1" },
  ]);
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
  expect(await validator.validate(JSON.stringify(bill))).toBeNull();
  const content = createHash("sha256").update("library").digest("hex");
  expect(JSON.stringify(bill)).toContain(JSON.stringify({ alg: "SHA-256", content }));
  expect(await validator.validate(JSON.stringify({ ...bill, components: [{}] }))).not.toBeNull();
});
