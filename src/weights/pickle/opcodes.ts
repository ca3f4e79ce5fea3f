// The opcodes of pickled data that are understood: those that build numbers, texts, containers, and what `globals.ts`
// knows. The only list. Nothing here can name anything else, and there is no other reader behind it.
// Source: CPython's Lib/pickletools.py; what torch.save writes is protocol 2.

/** What stands behind an opcode in the file. */
export type Argument =
  | "none"
  | "u8"
  | "u16"
  | "i32"
  | "u32"
  | "u64"
  | "f64"
  | "line"
  | "two lines"
  /** A length of so many bytes, then a text or bytes. */
  | "text8"
  | "text32"
  | "text64"
  | "bytes8"
  | "bytes32"
  | "bytes64"
  /** A length, then a whole number in two's complement, lowest byte first. */
  | "long8"
  | "long32";

export interface Opcode {
  name: string;
  argument: Argument;
}

type Row = readonly [character: string, name: string, argument: Argument];

const rows: readonly Row[] = [
  ["\u0080", "PROTO", "u8"],
  ["\u0095", "FRAME", "u64"],
  [".", "STOP", "none"],
  ["(", "MARK", "none"],
  ["0", "POP", "none"],
  ["1", "POP_MARK", "none"],
  ["N", "NONE", "none"],
  ["\u0088", "NEWTRUE", "none"],
  ["\u0089", "NEWFALSE", "none"],
  ["J", "BININT", "i32"],
  ["K", "BININT1", "u8"],
  ["M", "BININT2", "u16"],
  ["\u008A", "LONG1", "long8"],
  ["\u008B", "LONG4", "long32"],
  ["G", "BINFLOAT", "f64"],
  ["X", "BINUNICODE", "text32"],
  ["\u008C", "SHORT_BINUNICODE", "text8"],
  ["\u008D", "BINUNICODE8", "text64"],
  ["U", "SHORT_BINSTRING", "text8"],
  ["T", "BINSTRING", "text32"],
  ["C", "SHORT_BINBYTES", "bytes8"],
  ["B", "BINBYTES", "bytes32"],
  ["\u008E", "BINBYTES8", "bytes64"],
  [")", "EMPTY_TUPLE", "none"],
  ["\u0085", "TUPLE1", "none"],
  ["\u0086", "TUPLE2", "none"],
  ["\u0087", "TUPLE3", "none"],
  ["t", "TUPLE", "none"],
  ["]", "EMPTY_LIST", "none"],
  ["a", "APPEND", "none"],
  ["e", "APPENDS", "none"],
  ["}", "EMPTY_DICT", "none"],
  ["s", "SETITEM", "none"],
  ["u", "SETITEMS", "none"],
  ["q", "BINPUT", "u8"],
  ["r", "LONG_BINPUT", "u32"],
  ["\u0094", "MEMOIZE", "none"],
  ["h", "BINGET", "u8"],
  ["j", "LONG_BINGET", "u32"],
  ["c", "GLOBAL", "two lines"],
  ["\u0093", "STACK_GLOBAL", "none"],
  ["Q", "BINPERSID", "none"],
  ["R", "REDUCE", "none"],
  ["b", "BUILD", "none"],
];

const opcodes = new Map<number, Opcode>(
  rows.map(([character, name, argument]) => [character.charCodeAt(0), { name, argument }]),
);

/** Undefined for every byte that is none of them. */
export function opcodeOf(byte: number): Opcode | undefined {
  return opcodes.get(byte);
}
