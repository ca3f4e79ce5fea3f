// The element types of GGUF: how many weights make a block, and how many bytes a block has.
// Not the arithmetic: dequantize.ts turns blocks into numbers. Facts: ggml.h and gguf-py's constants.py.

export interface GgufTypeFacts {
  /** Its number in a file. */
  id: number;
  name: string;
  /** Weights in a block; 1 for plain numbers. */
  blockSize: number;
  blockBytes: number;
}

type Row = readonly [id: number, name: string, blockSize: number, blockBytes: number];

/** Ids that are left out were withdrawn, or are never written to files. */
const rows: readonly Row[] = [
  [0, "F32", 1, 4],
  [1, "F16", 1, 2],
  [2, "Q4_0", 32, 18],
  [3, "Q4_1", 32, 20],
  [6, "Q5_0", 32, 22],
  [7, "Q5_1", 32, 24],
  [8, "Q8_0", 32, 34],
  [10, "Q2_K", 256, 84],
  [11, "Q3_K", 256, 110],
  [12, "Q4_K", 256, 144],
  [13, "Q5_K", 256, 176],
  [14, "Q6_K", 256, 210],
  [16, "IQ2_XXS", 256, 66],
  [17, "IQ2_XS", 256, 74],
  [18, "IQ3_XXS", 256, 98],
  [19, "IQ1_S", 256, 50],
  [20, "IQ4_NL", 32, 18],
  [21, "IQ3_S", 256, 110],
  [22, "IQ2_S", 256, 82],
  [23, "IQ4_XS", 256, 136],
  [24, "I8", 1, 1],
  [25, "I16", 1, 2],
  [26, "I32", 1, 4],
  [27, "I64", 1, 8],
  [28, "F64", 1, 8],
  [29, "IQ1_M", 256, 56],
  [30, "BF16", 1, 2],
  [34, "TQ1_0", 256, 54],
  [35, "TQ2_0", 256, 66],
  [39, "MXFP4", 32, 17],
  [40, "NVFP4", 64, 36],
];

const types = new Map<number, GgufTypeFacts>(
  rows.map(([id, name, blockSize, blockBytes]) => [id, { id, name, blockSize, blockBytes }]),
);

const named = new Map([...types.values()].map((facts) => [facts.name, facts]));

/** Facts of a type by its name. Throws RangeError when there is no such type. */
export function ggufTypeNamed(name: string): GgufTypeFacts {
  const facts = named.get(name);
  if (facts !== undefined) return facts;
  throw new RangeError(`'${name}' is no element type of GGUF`);
}

/** Facts of a type by its number in a file; undefined when there is no such type. */
export function ggufType(id: number): GgufTypeFacts | undefined {
  return types.get(id);
}
