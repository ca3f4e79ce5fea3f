// Load commands of an addon for a Mac: found in a file as Apple's loader reads it, and what would keep it from loading is
// told.
import { expect, test } from "vitest";
import { loadCommands, problemsOf } from "../../../dev/mac/mach-o.ts";

function command(kind: number, text: string, offset: number): Buffer {
  const size = Math.ceil((offset + text.length + 1) / 8) * 8;
  const made = Buffer.alloc(size);
  made.writeUInt32LE(kind, 0);
  made.writeUInt32LE(size, 4);
  made.writeUInt32LE(offset, 8);
  made.write(text, offset);
  return made;
}
const library = (name: string): Buffer => command(0xc, name, 24);
const path = (name: string): Buffer => command(0x8000001c, name, 12);

function signature(place: number, bytes: number): Buffer {
  const made = Buffer.alloc(16);
  for (const [at, value] of [0x1d, 16, place, bytes].entries()) made.writeUInt32LE(value, 4 * at);
  return made;
}

function machO(commands: readonly Buffer[], processor = 0x0100000c): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0xfeedfacf, 0);
  header.writeUInt32LE(processor, 4);
  header.writeUInt32LE(commands.length, 16);
  return Buffer.concat([header, ...commands, Buffer.alloc(64)]);
}

const good = [
  library("@rpath/libmlx.dylib"),
  library("/usr/lib/libc++.1.dylib"),
  path("@loader_path"),
];

test("libraries, load paths and the signature are found", () => {
  const found = loadCommands(machO([...good, signature(40, 32)]));
  expect(found).toEqual({
    libraries: ["@rpath/libmlx.dylib", "/usr/lib/libc++.1.dylib"],
    paths: ["@loader_path"],
    signatureBytes: 32,
    isArm64: true,
  });
  expect(problemsOf(found)).toEqual([]);
});

test.each([
  ["no LC_CODE_SIGNATURE", machO(good)],
  ["no LC_RPATH leads to its own folder", machO([...good.slice(0, 2), signature(40, 32)])],
  [
    "LC_RPATH leads to /Users/me/build",
    machO([...good, path("/Users/me/build"), signature(40, 32)]),
  ],
  ["does not load @rpath/libmlx.dylib", machO([...good.slice(1), signature(40, 32)])],
  [
    "loads /opt/homebrew/libx.dylib",
    machO([...good, library("/opt/homebrew/libx.dylib"), signature(40, 32)]),
  ],
  ["not for arm64", machO([...good, signature(40, 32)], 0x01000007)],
])("%s", (problem, file) => {
  expect(problemsOf(loadCommands(file))).toEqual([expect.stringContaining(problem) as string]);
});

test("what is cut off or something else is refused", () => {
  expect(() => loadCommands(Buffer.from("\u007fELF, and more of it, and more"))).toThrow(
    RangeError,
  );
  expect(() => loadCommands(machO([...good, signature(40, 4096)]))).toThrow("signature is cut off");
  expect(() => loadCommands(machO(good).subarray(0, 60))).toThrow(RangeError);
});
