// Reads protocol buffers' wire format, as much of it as SentencePiece's files have: fields by number, each length
// checked against the bytes that are there. Knows no message; groups, which nobody writes any more, are refused.
// A library would bring generated code for a schema of which a dozen fields are read.

export class ProtobufProblem extends Error {}

export type FieldValue = number | Uint8Array;

export interface Field {
  number: number;
  /** Of a varint or a fixed number of 32 bits, its bits; of text, bytes and messages, their bytes. */
  value: FieldValue;
}

/** Longer than any varint. */
const VARINT_BYTES = 10;

class Cursor {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** Its lowest 32 bits, signed, as every number here is meant; a negative one has ten bytes. */
  varint(): number {
    let value = 0;
    for (let count = 0; count < VARINT_BYTES; count++) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new ProtobufProblem("it ends within a number");
      if (count < 5) value |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) return value;
    }
    throw new ProtobufProblem("a number without end");
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (!(length >= 0 && end <= this.#bytes.length))
      throw new ProtobufProblem(`a field of ${length} bytes, more than there are`);
    return this.#bytes.subarray(this.at, (this.at = end));
  }
}

const [VARINT, SIXTY_FOUR, DELIMITED, THIRTY_TWO] = [0, 1, 2, 5];

function valueOf(cursor: Cursor, wire: number): FieldValue {
  if (wire === VARINT) return cursor.varint();
  if (wire === DELIMITED) return cursor.take(cursor.varint());
  if (wire === SIXTY_FOUR) return cursor.take(8);
  if (wire === THIRTY_TWO) return cursor.take(4);
  throw new ProtobufProblem(`a field of kind ${wire}, which there is not`);
}

/** The fields of a message, in order. @throws ProtobufProblem for what is no such message. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const cursor = new Cursor(bytes);
  while (!cursor.isAtEnd) {
    const key = cursor.varint();
    const number = key >>> 3;
    if (number === 0) throw new ProtobufProblem("a field without number");
    yield { number, value: valueOf(cursor, key & 7) };
  }
}

/** The last value of each field; of repeated ones that is not asked. */
export function fieldMap(bytes: Uint8Array): Map<number, FieldValue> {
  return new Map([...fieldsOf(bytes)].map(({ number, value }) => [number, value]));
}
