// Makes small zip archives on the spot as torch writes them: entries stored as they are.

interface ZipOptions {
  /** Written where the format has them; what they say is not done. */
  method?: number;
  flags?: number;
}

function local(name: Buffer, content: Buffer, { method = 0, flags = 0 }: ZipOptions): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name, content]);
}

function central(
  name: Buffer,
  content: Buffer,
  at: number,
  { method = 0, flags = 0 }: ZipOptions,
): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(content.length, 20);
  header.writeUInt32LE(content.length, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(at, 42);
  return Buffer.concat([header, name]);
}

/** The bytes of a whole archive. */
export function zipBytes(
  files: Readonly<Record<string, Buffer>>,
  options: ZipOptions = {},
): Buffer {
  const parts: Buffer[] = [];
  const table: Buffer[] = [];
  let at = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const part = local(name, content, options);
    table.push(central(name, content, at, options));
    parts.push(part);
    at += part.length;
  }
  const contents = Buffer.concat(table);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(table.length, 8);
  end.writeUInt16LE(table.length, 10);
  end.writeUInt32LE(contents.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, contents, end]);
}
