// A mailbox cut into its mails: each begins behind an empty line with "From ", whom and when. Lines of mails that begin
// so are quoted with ">", which is taken back.

const newline = 0x0a;
const greater = 0x3e;
const from = Buffer.from("From ");

const beginsWithFrom = (line: Buffer, at: number): boolean =>
  line.length >= at + from.length && line.compare(from, 0, from.length, at, at + from.length) === 0;

/** A separating line: `From ada@x.org Mon Jan  1 10:00:00 2024`. */
function isSeparator(line: Buffer): boolean {
  if (line.length > 500 || !beginsWithFrom(line, 0)) return false;
  return /\d\d:\d\d/u.test(line.toString("latin1"));
}

/** `>From ` and `>>From ` lose one mark. */
function unquoted(line: Buffer): Buffer {
  let at = 0;
  while (line[at] === greater) at++;
  return at > 0 && beginsWithFrom(line, at) ? line.subarray(1) : line;
}

/** Gathers the lines of one mail after another. */
class Mailbox {
  readonly #largest: number;
  #lines: Buffer[] = [];
  #size = 0;
  #isBehindEmpty = true;
  #hasMail = false;
  /** Whether something follows the headers: much of a mailbox may be mails that say nothing. */
  #hasBody = false;

  constructor(largest: number) {
    this.#largest = largest;
  }

  /** A whole line with its end; the mail that it ends, if it ends one. */
  add(line: Buffer): { mail: Uint8Array | undefined } | undefined {
    const ended = this.#isBehindEmpty && isSeparator(line) ? this.end() : undefined;
    if (this.#isBehindEmpty && isSeparator(line)) this.#hasMail = true;
    else this.#keep(line);
    this.#isBehindEmpty = line.length <= 2 && (line[0] === newline || line[1] === newline);
    return ended;
  }

  #keep(line: Buffer): void {
    this.#size += line.length;
    this.#hasBody ||= this.#isBehindEmpty && line.length > 2;
    if (this.#size <= this.#largest) this.#lines.push(Buffer.from(unquoted(line)));
  }

  end(): { mail: Uint8Array | undefined } | undefined {
    const mail = this.#size > this.#largest ? undefined : Buffer.concat(this.#lines);
    const hadMail = this.#hasMail && this.#hasBody;
    this.#lines = [];
    this.#size = 0;
    this.#hasBody = false;
    return hadMail ? { mail } : undefined;
  }
}

/** The mails of a mailbox; undefined for one larger than `largest` bytes. */
export async function* mailsOf(
  chunks: AsyncIterable<Uint8Array>,
  largest: number,
): AsyncGenerator<Uint8Array | undefined> {
  const mailbox = new Mailbox(largest);
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
    let start = 0;
    for (let end = pending.indexOf(newline); end !== -1; end = pending.indexOf(newline, start)) {
      const ended = mailbox.add(pending.subarray(start, end + 1));
      if (ended !== undefined) yield ended.mail;
      start = end + 1;
    }
    pending = pending.subarray(start);
    if (pending.length > 1 << 20) {
      mailbox.add(pending);
      pending = Buffer.alloc(0);
    }
  }
  const ended = pending.length > 0 ? mailbox.add(pending) : undefined;
  if (ended !== undefined) yield ended.mail;
  const last = mailbox.end();
  if (last !== undefined) yield last.mail;
}
