// Rich Text Format: paragraphs, headings by their outline level, lists and tables. Control words are read one by one;
// what belongs to fonts, styles, pictures and the edges of pages is passed over.
import { TextDecoder } from "node:util";
import { DocumentBuilder } from "../document-builder.ts";
import { beyondLimit } from "../errors.ts";
import type { SourceInput, SourceReader } from "../reader.ts";
import type { SourcePart } from "../types.ts";

/** Groups whose text is none of the document's. */
const passedOver = new Set(
  "fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf object themedata colorschememapping listtable listoverridetable rsidtbl generator xmlnstbl datastore latentstyles filetbl revtbl fldinst annotation atnid atnauthor nonshppict bkmkstart bkmkend".split(
    " ",
  ),
);

const signs = new Map([
  ["tab", "\t"],
  ["line", "\n"],
  ["lquote", "‘"],
  ["rquote", "’"],
  ["ldblquote", "“"],
  ["rdblquote", "”"],
  ["bullet", "•"],
  ["endash", "–"],
  ["emdash", "—"],
  ["~", "\u00A0"],
  ["_", "\u2011"],
  ["enspace", "\u2002"],
  ["emspace", "\u2003"],
]);

interface Group {
  isPassedOver: boolean;
  /** How many characters stand for one of \u, for old programs. */
  fallback: number;
  /** Its text is the mark of a list's item. */
  isMark: boolean;
}

const CODE_PAGES: Readonly<Record<string, string>> = {
  "932": "shift_jis",
  "936": "gbk",
  "949": "euc-kr",
  "950": "big5",
  "65001": "utf-8",
};

function decoderFor(page: string): TextDecoder {
  try {
    return new TextDecoder(CODE_PAGES[page] ?? `windows-${page}`);
  } catch {
    return new TextDecoder("windows-1252");
  }
}

class RtfText {
  readonly #builder: DocumentBuilder;
  readonly #nesting: number;
  readonly #groups: Group[] = [{ isPassedOver: false, fallback: 1, isMark: false }];
  #decoder = decoderFor("1252");
  /** Bytes of the code page that wait for the rest of their character. */
  #bytes: number[] = [];
  #text = "";
  /** Characters still to be passed over behind \u. */
  #skip = 0;
  #outline: number | undefined;
  #item: { depth: number; ordered: boolean } | undefined;
  #isInTable = false;
  /** Of the row that is read: cells that have ended. */
  #cells: string[] = [];
  #isTableOpen = false;

  constructor(builder: DocumentBuilder, nesting: number) {
    this.#builder = builder;
    this.#nesting = nesting;
  }

  get #group(): Group {
    return this.#groups.at(-1) ?? { isPassedOver: false, fallback: 1, isMark: false };
  }

  openGroup(): void {
    if (this.#groups.length > this.#nesting)
      throw beyondLimit(`groups in groups, more than ${this.#nesting} deep`);
    this.#flush();
    this.#groups.push({ ...this.#group });
  }

  closeGroup(): void {
    this.#flush();
    if (this.#groups.length > 1) this.#groups.pop();
    this.#skip = 0;
  }

  byte(byte: number): void {
    if (this.#skip > 0) this.#skip--;
    else if (!this.#group.isPassedOver) this.#bytes.push(byte);
  }

  #flush(): void {
    if (this.#bytes.length === 0) return;
    this.#add(this.#decoder.decode(Uint8Array.from(this.#bytes)));
    this.#bytes = [];
  }

  #add(text: string): void {
    if (this.#group.isPassedOver) return;
    if (this.#group.isMark) this.#markWith(text);
    else this.#text += text;
  }

  #markWith(text: string): void {
    const ordered = /\p{L}|\p{N}/u.test(text);
    this.#item = {
      depth: this.#item?.depth ?? 0,
      ordered: ordered || (this.#item?.ordered ?? false),
    };
  }

  word(name: string, value: number | undefined): void {
    if (name === "u") return this.#unicode(value ?? 0);
    this.#flush();
    this.#skip = 0;
    const group = this.#group;
    if (name === "*" || passedOver.has(name)) group.isPassedOver = true;
    else if (name === "uc") group.fallback = Math.min(Math.max(0, value ?? 1), 16);
    else if (name === "ansicpg") this.#decoder = decoderFor(String(value ?? 1252));
    else if (name === "listtext" || name === "pntext") group.isMark = true;
    else if (!group.isPassedOver) this.#layout(name, value);
  }

  #unicode(value: number): void {
    this.#flush();
    this.#skip = this.#group.fallback;
    this.#add(String.fromCharCode(value < 0 ? value + 65_536 : value & 0xffff));
  }

  #layout(name: string, value: number | undefined): void {
    if (name === "pard") {
      this.#outline = undefined;
      this.#item = undefined;
      this.#isInTable = false;
    } else if (name === "outlinelevel") this.#outline = value;
    else if (name === "ilvl")
      this.#item = { depth: Math.min(value ?? 0, 8), ordered: this.#item?.ordered ?? false };
    else if (name === "intbl") this.#isInTable = true;
    else if (name === "cell") this.#endCell();
    else if (name === "row") this.#endRow();
    else if (name === "par" || name === "sect" || name === "page") this.#endParagraph();
    else this.#add(signs.get(name) ?? "");
  }

  #endCell(): void {
    this.#cells.push(this.#text.trim());
    this.#text = "";
  }

  #endRow(): void {
    const cells = this.#cells;
    this.#cells = [];
    if (cells.length === 0) return;
    if (!this.#isTableOpen) this.#builder.open({ type: "table" });
    this.#isTableOpen = true;
    this.#builder.open({ type: "row", isHeader: false });
    for (const text of cells) {
      this.#builder.open({ type: "cell" });
      this.#builder.verbatim(text);
      this.#builder.close();
    }
    this.#builder.close();
  }

  #endParagraph(): void {
    this.#flush();
    if (this.#isInTable || this.#cells.length > 0) {
      this.#text += "\n";
      return;
    }
    const text = this.#text.trim();
    this.#text = "";
    if (text === "") return;
    this.#closeTable();
    if (this.#outline !== undefined && this.#outline < 9)
      this.#builder.open({ type: "heading", level: this.#outline + 1 });
    else if (this.#item !== undefined) this.#builder.open({ type: "item", ...this.#item });
    else this.#builder.open({ type: "paragraph" });
    this.#builder.verbatim(text);
    this.#builder.close();
  }

  #closeTable(): void {
    if (this.#isTableOpen) this.#builder.close();
    this.#isTableOpen = false;
  }

  /** Parts may be given only between tables. */
  end(): void {
    this.#isInTable = false;
    this.#endRow();
    this.#endParagraph();
    this.#closeTable();
  }
}

const isLetter = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** One control word or sign at `at`, behind its backslash; gives where the text goes on. */
function control(bytes: Uint8Array, at: number, text: RtfText): number {
  const first = bytes[at] ?? 0;
  if (first === 0x27) {
    text.byte(
      Number.parseInt(Buffer.from(bytes.subarray(at + 1, at + 3)).toString("latin1"), 16) || 0x3f,
    );
    return at + 3;
  }
  if (first === 0x5c || first === 0x7b || first === 0x7d) {
    text.byte(first);
    return at + 1;
  }
  if (!isLetter(first)) {
    text.word(first === 0x0a || first === 0x0d ? "par" : String.fromCharCode(first), undefined);
    return at + 1;
  }
  let end = at;
  while (end < bytes.length && end - at < 32 && isLetter(bytes[end] ?? 0)) end++;
  let last = end;
  if (bytes[last] === 0x2d) last++;
  while (last < bytes.length && last - end < 11 && isDigit(bytes[last] ?? 0)) last++;
  const name = Buffer.from(bytes.subarray(at, end)).toString("latin1");
  const number = Buffer.from(bytes.subarray(end, last)).toString("latin1");
  const value = number === "" || number === "-" ? undefined : Number(number);
  text.word(name, value);
  const next = bytes[last] === 0x20 ? last + 1 : last;
  return name === "bin" ? next + Math.max(0, value ?? 0) : next;
}

/** Bytes between two looks at what may be given. */
const LOOK_BYTES = 1 << 18;

async function* readRtf(input: SourceInput): AsyncGenerator<SourcePart> {
  const bytes = await input.bytes();
  const builder = new DocumentBuilder();
  const text = new RtfText(builder, input.limits.nesting);
  let looked = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x5c) at = control(bytes, at + 1, text);
    else {
      if (byte === 0x7b) text.openGroup();
      else if (byte === 0x7d) text.closeGroup();
      else if (byte !== 0x0a && byte !== 0x0d && byte !== 0) text.byte(byte);
      at++;
    }
    if (at - looked < LOOK_BYTES) continue;
    looked = at;
    yield* builder.ready();
  }
  text.end();
  yield* builder.finish();
}

export const rtfReader: SourceReader = {
  about: "Rich Text Format",
  extensions: ["rtf"],
  container: true,
  recognises: (_, head) =>
    Buffer.from(head.subarray(0, 5)).toString("latin1") === "{\\rtf" ? 0.95 : 0,
  read: readRtf,
};
