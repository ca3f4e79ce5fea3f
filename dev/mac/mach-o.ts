// Reads the load commands of a Mach-O file (Apple's <mach-o/loader.h>): which libraries it loads, where it looks for them,
// whether it is signed. 64-bit little-endian files alone, which is all that Apple Silicon runs.
import { readFileSync } from "node:fs";

export interface LoadCommands {
  /** Names of libraries, as @rpath/libmlx.dylib. */
  libraries: string[];
  /** Where @rpath leads. */
  paths: string[];
  /** Bytes of the signature; null without one. */
  signatureBytes: number | null;
  isArm64: boolean;
}

const MAGIC_64 = 0xfe_ed_fa_cf;
const ARM64 = 0x01_00_00_0c;
const LC_LOAD_DYLIB = 0xc;
const LC_RPATH = 0x80_00_00_1c;
const LC_CODE_SIGNATURE = 0x1d;
const headerBytes = 32;

/** The text that a command points to, from its own beginning. */
function textOf(command: Buffer): string {
  const text = command.subarray(command.readUInt32LE(8));
  const end = text.indexOf(0);
  return text.toString("utf8", 0, end < 0 ? text.length : end);
}

/** Throws RangeError for what is none or is cut off. */
export function loadCommands(file: Buffer): LoadCommands {
  if (file.length < headerBytes || file.readUInt32LE(0) !== MAGIC_64)
    throw new RangeError("it is no 64-bit Mach-O file");
  const found: LoadCommands = { libraries: [], paths: [], signatureBytes: null, isArm64: false };
  found.isArm64 = file.readUInt32LE(4) === ARM64;
  let at = headerBytes;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const [kind, size] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)];
    if (size < 8 || at + size > file.length) throw new RangeError("a load command is cut off");
    const command = file.subarray(at, at + size);
    if (kind === LC_LOAD_DYLIB) found.libraries.push(textOf(command));
    if (kind === LC_RPATH) found.paths.push(textOf(command));
    if (kind === LC_CODE_SIGNATURE) {
      const [place, bytes] = [command.readUInt32LE(8), command.readUInt32LE(12)];
      if (place + bytes > file.length) throw new RangeError("its signature is cut off");
      found.signatureBytes = bytes;
    }
    at += size;
  }
  return found;
}

/** What would keep a Mac with Apple Silicon from loading the addon; nothing where all is well. */
export function problemsOf({ libraries, paths, signatureBytes, isArm64 }: LoadCommands): string[] {
  const foreign = libraries.filter(
    (name) => !/^(?:@rpath\/|\/usr\/lib\/|\/System\/Library\/)/.test(name),
  );
  return [
    ...(isArm64 ? [] : ["it is not for arm64"]),
    ...(libraries.includes("@rpath/libmlx.dylib") ? [] : ["it does not load @rpath/libmlx.dylib"]),
    ...(paths.some((path) => path.startsWith("@loader_path"))
      ? []
      : ["no LC_RPATH leads to its own folder"]),
    ...paths.filter((path) => !path.startsWith("@")).map((path) => `LC_RPATH leads to ${path}`),
    ...foreign.map((name) => `it loads ${name}, which is on this machine alone`),
    // macOS ends a process that loads an unsigned page on Apple Silicon
    ...((signatureBytes ?? 0) > 0 ? [] : ["it has no LC_CODE_SIGNATURE"]),
  ];
}

const [file] = process.argv.slice(2);
if (file !== undefined && process.argv[1]?.endsWith("mach-o.ts") === true) {
  const commands = loadCommands(readFileSync(file));
  const problems = problemsOf(commands);
  console.log(JSON.stringify(commands));
  for (const problem of problems) console.error(`${file}: ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
