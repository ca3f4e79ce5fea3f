// Tar archives as somebody may make them, good ones and hostile ones.

export interface TarEntry {
  name: string;
  bytes?: Uint8Array;
  /** "0" a file, "1" and "2" links, "5" a folder, "x" and "L" a name for the next entry. */
  type?: string;
  linkTo?: string;
  /** In the header, in the place of what there is. */
  size?: number;
  spoiled?: boolean;
}

const block = 512;

function header({
  name,
  bytes = new Uint8Array(),
  type = "0",
  linkTo = "",
  size,
  spoiled,
}: TarEntry): Buffer {
  const made = Buffer.alloc(block);
  const octal = (value: number, width: number): string =>
    `${value.toString(8).padStart(width - 1, "0")}\0`;
  made.write(name.slice(0, 100), 0);
  made.write(
    `${octal(0o644, 8)}${octal(0, 8)}${octal(0, 8)}${octal(size ?? bytes.length, 12)}${octal(0, 12)}`,
    100,
  );
  made.write("        ", 148);
  made.write(type, 156);
  made.write(linkTo, 157);
  made.write("ustar\x0000", 257);
  const sum = made.reduce((total, byte) => total + byte, 0) + (spoiled === true ? 1 : 0);
  made.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return made;
}

export function tarBytes(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const { bytes = new Uint8Array() } = entry;
    return [header(entry), bytes, Buffer.alloc((block - (bytes.length % block)) % block)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}
