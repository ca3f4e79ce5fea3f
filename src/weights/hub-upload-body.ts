// What is sent of a file: read as late as it is sent, told as it goes, and again from its beginning when it is sent anew.
// A Blob, because @huggingface/hub cuts large files into parts with `slice` and sends each of them alone.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable, Transform } from "node:stream";

/** Gets how much of the part from `start` has been taken to be sent: from 0 again for each attempt. */
export type OnSent = (start: number, bytes: number) => void;

interface Extent {
  start: number;
  end: number;
}

export class FileContent extends Blob {
  readonly name: string;
  readonly #file: string;
  readonly #extent: Extent;
  readonly #onSent: OnSent | undefined;

  constructor(name: string, file: string, extent: Extent, onSent?: OnSent) {
    super([]);
    this.name = name;
    this.#file = file;
    this.#extent = extent;
    this.#onSent = onSent;
    // a getter of Blob's, which its type calls a property
    Object.defineProperty(this, "size", { value: extent.end - extent.start });
  }

  /** The same bytes, telling as they are read. */
  telling(onSent: OnSent): FileContent {
    return new FileContent(this.name, this.#file, this.#extent, onSent);
  }

  override slice(from = 0, to = this.size): FileContent {
    const { start, end } = this.#extent;
    const extent = { start: start + from, end: Math.min(start + to, end) };
    return new FileContent(this.name, this.#file, extent, this.#onSent);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const content = new ArrayBuffer(this.size);
    const handle = await open(this.#file);
    try {
      await handle.read(new Uint8Array(content), 0, this.size, this.#extent.start);
      return content;
    } finally {
      await handle.close();
    }
  }

  override async text(): Promise<string> {
    return Buffer.from(await this.arrayBuffer()).toString("utf8");
  }

  override stream(): ReturnType<Blob["stream"]> {
    const { start, end } = this.#extent;
    if (start === end) return new Blob([]).stream();
    const bytes = createReadStream(this.#file, { start, end: end - 1 });
    const told = this.#onSent === undefined ? bytes : bytes.pipe(this.#counter());
    bytes.on("error", (error) => told.destroy(error));
    return Readable.toWeb(told) as ReturnType<Blob["stream"]>;
  }

  #counter(): Transform {
    let sent = 0;
    this.#onSent?.(this.#extent.start, 0);
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        sent += chunk.length;
        this.#onSent?.(this.#extent.start, sent);
        done(null, chunk);
      },
    });
  }
}
