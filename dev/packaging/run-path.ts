// Where an ELF library looks for others (its run path), changed without any tool: the new text takes the old one's
// place, filled up with zeros, and so it may not be longer. Reads 64-bit little-endian files, as all here are.

interface Section {
  type: number;
  offset: number;
  size: number;
  link: number;
}

const STRING_TABLE = 3;
const DYNAMIC = 6;
const RPATH = 15n;
const RUNPATH = 29n;

function sectionsOf(bytes: Buffer): Section[] {
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1)
    throw new RangeError("not a 64-bit little-endian ELF file");
  const start = Number(bytes.readBigUInt64LE(0x28));
  const [size, count] = [bytes.readUInt16LE(0x3a), bytes.readUInt16LE(0x3c)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 0x18)),
      size: Number(bytes.readBigUInt64LE(at + 0x20)),
      link: bytes.readUInt32LE(at + 0x28),
    };
  });
}

/** Where the texts of the run path begin in the file. */
function placesOf(bytes: Buffer): number[] {
  const sections = sectionsOf(bytes);
  const places: number[] = [];
  for (const { type, offset, size, link } of sections) {
    const texts = sections[link];
    if (type !== DYNAMIC || texts?.type !== STRING_TABLE) continue;
    for (let at = offset; at < offset + size; at += 16) {
      const tag = bytes.readBigUInt64LE(at);
      if (tag === RPATH || tag === RUNPATH)
        places.push(texts.offset + Number(bytes.readBigUInt64LE(at + 8)));
    }
  }
  return places;
}

const textAt = (bytes: Buffer, at: number): string =>
  bytes.subarray(at, bytes.indexOf(0, at)).toString("utf8");

/** Folders where the library looks, as they stand in it; empty where it has none. */
export const runPath = (bytes: Buffer): string =>
  placesOf(bytes)
    .map((at) => textAt(bytes, at))
    .join(":");

/** @throws RangeError when there is no run path to replace, or the new one is longer. */
export function withRunPath(bytes: Buffer, path: string): Buffer {
  const [at, ...more] = placesOf(bytes);
  if (at === undefined || more.length > 0) throw new RangeError("there is not one run path");
  const room = Buffer.byteLength(textAt(bytes, at));
  if (Buffer.byteLength(path) > room) throw new RangeError(`a run path of at most ${room} bytes`);
  const changed = Buffer.from(bytes);
  changed.fill(0, at, at + room);
  changed.write(path, at, "utf8");
  return changed;
}
