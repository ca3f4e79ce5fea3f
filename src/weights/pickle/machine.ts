// What pickled data works on: bytes that are read one after another, a stack, a memo. Never beyond the data's end.
// What each opcode does is unpickle.ts's.
import { isUtf8 } from "node:buffer";
import { type Argument, opcodeOf } from "./opcodes.ts";
import { PickledTuple, type PickledValue, PickleProblem } from "./values.ts";

/** The magic number of torch's older format has ten bytes. */
const LONGEST_INTEGER = 16;
const LONGEST_LINE = 1000;

/** Where containers that are still being filled begin. */
class Mark {}

type Entry = PickledValue | Mark;

export interface Instruction {
  name: string;
  argument: PickledValue;
}

export class Machine {
  readonly #data: Buffer;
  readonly #stack: Entry[] = [];
  readonly #memo = new Map<number, PickledValue>();
  #at = 0;

  constructor(data: Uint8Array, at: number) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.#at = at;
  }

  /** Where the next byte is. */
  get position(): number {
    return this.#at;
  }

  /** @throws PickleProblem for an opcode that is none of the list, and where the data ends. */
  next(): Instruction {
    const at = this.#at;
    const byte = this.#take(1)[0] ?? 0;
    const opcode = opcodeOf(byte);
    if (opcode !== undefined)
      return { name: opcode.name, argument: this.#argument(opcode.argument) };
    const shown = `0x${byte.toString(16).padStart(2, "0")}`;
    throw new PickleProblem(`opcode ${shown} at byte ${at}, which no weights need`, "hostile");
  }

  /** The one value that is left. */
  result(): PickledValue {
    const value = this.pop();
    if (this.#stack.length === 0) return value;
    throw new PickleProblem("it ends with values left over");
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#data.length)
      throw new PickleProblem(`it ends within a value, at byte ${this.#at}`, "truncated");
    const bytes = this.#data.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #length(bytes: 1 | 4 | 8): number {
    const taken = this.#take(bytes);
    if (bytes < 8) return taken.readUIntLE(0, bytes);
    const length = taken.readBigUInt64LE();
    return length > BigInt(this.#data.length) ? Number.MAX_SAFE_INTEGER : Number(length);
  }

  #text(bytes: 1 | 4 | 8): string {
    const taken = this.#take(this.#length(bytes));
    if (isUtf8(taken)) return taken.toString("utf8");
    throw new PickleProblem(`a text before byte ${this.#at} is not UTF-8`);
  }

  #line(): string {
    const end = this.#data.indexOf(10, this.#at);
    if (end < 0 || end - this.#at > LONGEST_LINE)
      throw new PickleProblem(`a name at byte ${this.#at} has no end`);
    const line = this.#data.toString("latin1", this.#at, end);
    this.#at = end + 1;
    return line;
  }

  #long(bytes: 1 | 4): number | bigint {
    const taken = this.#take(this.#length(bytes));
    if (taken.length > LONGEST_INTEGER) throw new PickleProblem("an integer of too many bytes");
    let value = 0n;
    for (const byte of taken.toReversed()) value = (value << 8n) | BigInt(byte);
    const signed = BigInt.asIntN(8 * taken.length, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  #argument(kind: Argument): PickledValue {
    return Machine.#readers[kind](this);
  }

  static readonly #readers = {
    none: () => null,
    u8: (machine) => machine.#take(1).readUInt8(),
    u16: (machine) => machine.#take(2).readUInt16LE(),
    i32: (machine) => machine.#take(4).readInt32LE(),
    u32: (machine) => machine.#take(4).readUInt32LE(),
    u64: (machine) => Number(machine.#take(8).readBigUInt64LE()),
    f64: (machine) => machine.#take(8).readDoubleBE(),
    line: (machine) => machine.#line(),
    "two lines": (machine) => new PickledTuple([machine.#line(), machine.#line()]),
    text8: (machine) => machine.#text(1),
    text32: (machine) => machine.#text(4),
    text64: (machine) => machine.#text(8),
    bytes8: (machine) => machine.#take(machine.#length(1)),
    bytes32: (machine) => machine.#take(machine.#length(4)),
    bytes64: (machine) => machine.#take(machine.#length(8)),
    long8: (machine) => machine.#long(1),
    long32: (machine) => machine.#long(4),
  } satisfies Record<Argument, (machine: Machine) => PickledValue>;

  push(value: PickledValue): void {
    this.#stack.push(value);
  }

  mark(): void {
    this.#stack.push(new Mark());
  }

  pop(): PickledValue {
    const value = this.#stack.pop();
    if (value !== undefined && !(value instanceof Mark)) return value;
    throw new PickleProblem(`it takes a value that is not there, before byte ${this.#at}`);
  }

  /** The value below which others wait; it stays. */
  top(): PickledValue {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  popCount(count: number): PickledValue[] {
    return Array.from({ length: count }, () => this.pop()).toReversed();
  }

  popToMark(): PickledValue[] {
    const start = this.#stack.findLastIndex((entry) => entry instanceof Mark);
    if (start < 0) throw new PickleProblem(`there is no mark before byte ${this.#at}`);
    const values = this.#stack.splice(start).slice(1);
    return values as PickledValue[];
  }

  remember(place: number | undefined): void {
    this.#memo.set(place ?? this.#memo.size, this.top());
  }

  recall(place: number): PickledValue {
    const value = this.#memo.get(place);
    if (value !== undefined) return value;
    throw new PickleProblem(`it recalls value ${place}, which was never remembered`);
  }
}
