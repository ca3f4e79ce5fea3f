// A tar archive from somebody else, read as it comes: regular files with plain names, nothing that leads out of the
// folder that they are for. Links, devices, absolute names, `..`, damaged headers and what is too large are refused before
// a byte of them is written.
import { unsafeArchive } from "./errors.ts";

/** Where the bytes of a file go. */
export interface FileTaker {
  /** Undefined: its bytes are passed over. */
  begin(name: string, size: number): Promise<FileWriter | undefined>;
}

export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

const block = 512;
/** Names that stand before a file because they are too long for its header. */
const longestName = 4096;

/** @throws FtError FT-REMOTE-016 unless a name stays below the folder it is for, on every system. */
export function requirePlainName(name: string): string {
  const parts = name.split("/").filter((part, at) => part !== "." || at > 0);
  const reasons: [boolean, string][] = [
    [name === "" || parts.every((part) => part === ""), "is empty"],
    [/^[/\\]|^[A-Za-z]:/.test(name), "is an absolute path"],
    [parts.includes(".."), "leads out of its folder"],
    // eslint-disable-next-line no-control-regex
    [/[\\\u0000-\u001f\u007f]/.test(name), "holds characters that no file should have"],
    [name.length > longestName, "is too long"],
  ];
  const reason = reasons.find(([isSo]) => isSo)?.[1];
  if (reason !== undefined) throw unsafeArchive(name.slice(0, 200), reason);
  return parts.filter((part) => part !== "").join("/");
}

const textAt = (header: Buffer, start: number, length: number): string => {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? length : end).toString("utf8");
};

function numberAt(header: Buffer, start: number, length: number): number {
  // the form of numbers that have no place in octal digits
  if (((header[start] ?? 0) & 0x80) !== 0) {
    const bytes = header.subarray(start + length - 6, start + length);
    return bytes.readUIntBE(0, 6);
  }
  const digits = textAt(header, start, length).trim();
  return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function isSound(header: Buffer): boolean {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return numberAt(header, 148, 8) === sum;
}

interface Entry {
  name: string;
  size: number;
  /** Its letter in the header. */
  type: string;
}

function entryOf(header: Buffer): Entry {
  const name = textAt(header, 0, 100);
  if (!isSound(header)) throw unsafeArchive(name, "has a damaged header");
  const prefix = textAt(header, 257, 5) === "ustar" ? textAt(header, 345, 155) : "";
  const size = numberAt(header, 124, 12);
  if (!Number.isSafeInteger(size)) throw unsafeArchive(name, "has no size");
  const type = String.fromCharCode(header[156] || 48);
  return { name: prefix === "" ? name : `${prefix}/${name}`, size, type };
}

/** `size key=value` lines of a POSIX extended header. */
function pathIn(records: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1];
}

/** Bytes in the pieces that are asked for. */
class Pieces {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** At most so many, at least one; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) return undefined;
      this.#rest = value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** All of so many, handed over piece by piece. */
  async all(size: number, name: string, take: (piece: Uint8Array) => Promise<void>): Promise<void> {
    for (let left = size; left > 0;) {
      const piece = await this.some(left);
      if (piece === undefined) throw unsafeArchive(name, "is cut off");
      left -= piece.length;
      await take(piece);
    }
  }

  async whole(size: number, name: string): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    await this.all(size, name, async (piece) => void parts.push(Uint8Array.from(piece)));
    return Buffer.concat(parts);
  }
}

const kinds: Readonly<Record<string, string>> = {
  "1": "is a link",
  "2": "is a link",
  "3": "is a device",
  "4": "is a device",
  "6": "is a pipe",
};

/**
 * Hands every file of the archive over. @throws FtError FT-REMOTE-016 for what is not safe, or larger than `mostBytes` in
 * all.
 */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  taker: FileTaker,
  mostBytes: number,
): Promise<void> {
  const pieces = new Pieces(source);
  let total = 0;
  let longName: string | undefined;
  for (;;) {
    const header = await pieces.whole(block, "the archive");
    if (header.every((byte) => byte === 0)) return;
    const { size, type, name: short } = entryOf(header);
    const padding = (block - (size % block)) % block;
    if (type === "x" || type === "g" || type === "L") {
      if (size > 64 * 1024) throw unsafeArchive(short, "has too long a name");
      const text = (await pieces.whole(size, short)).toString("utf8");
      await pieces.whole(padding, short);
      longName = type === "L" ? text.replace(/\0.*$/s, "") : (pathIn(text) ?? longName);
      continue;
    }
    const name = requirePlainName(longName ?? short);
    longName = undefined;
    const reason = kinds[type] ?? (["0", "5", "7"].includes(type) ? undefined : "is no plain file");
    if (reason !== undefined) throw unsafeArchive(name, reason);
    total += size;
    if (total > mostBytes) throw unsafeArchive(name, `makes it larger than ${mostBytes} bytes`);
    const writer = type === "5" ? undefined : await taker.begin(name, size);
    await pieces.all(size, name, async (piece) => await writer?.write(piece));
    await writer?.end();
    await pieces.whole(padding, name);
  }
}
