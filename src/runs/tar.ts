// A tar archive of files below a folder (POSIX 1003.1-1988, ustar): what `tar -xf` reads everywhere.
// Regular files only; times and owners are left out, so that the same files make the same archive.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

const block = 512;
const mostNameBytes = 100;

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\0`;
}

/** `prefix/name` where a name is longer than its field. */
function splitName(name: string): { prefix: string; rest: string } {
  if (Buffer.byteLength(name) <= mostNameBytes) return { prefix: "", rest: name };
  const cut = name.indexOf("/", Math.max(0, name.length - mostNameBytes - 1));
  return { prefix: name.slice(0, cut), rest: name.slice(cut + 1) };
}

function header(name: string, size: number): Buffer {
  const { prefix, rest } = splitName(name);
  const bytes = Buffer.alloc(block);
  bytes.write(rest, 0);
  bytes.write(
    `${octal(0o644, 8)}${octal(0, 8)}${octal(0, 8)}${octal(size, 12)}${octal(0, 12)}`,
    100,
  );
  bytes.write("        0", 148);
  bytes.write("ustar\x0000", 257);
  bytes.write(prefix, 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}

/** The archive in parts. `names` are paths below `folder` with `/`; they stand under `root` in the archive. */
export async function* tarOf(
  folder: string,
  names: readonly string[],
  root: string,
): AsyncGenerator<Buffer> {
  for (const name of names) {
    const path = join(folder, name);
    const { size } = await stat(path);
    yield header(`${root}/${name}`, size);
    yield await readFile(path);
    if (size % block !== 0) yield Buffer.alloc(block - (size % block));
  }
  yield Buffer.alloc(2 * block);
}
