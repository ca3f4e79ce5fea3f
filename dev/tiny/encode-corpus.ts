// Writes the pre-training tokens of builtin/tiny under .local/tiny: train.bin, valid.bin (uint16) and probe.json.
// Documents follow one another, each after an end-of-text token. Seeded: the same numbers give the same bytes.
//   node --import tsx dev/tiny/encode-corpus.ts --mixture copying --tokens 1000000
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Random } from "../../src/core/random.ts";
import { loadTokenizer } from "../../src/text/index.ts";
import { drawDocument, drawProbe, endOfText, mixtures } from "./corpus.ts";

const folder = ".local/tiny";
const modelFolder = "data/models/builtin-tiny";
const seed = 7;
const { values: flags } = parseArgs({
  options: {
    mixture: { type: "string", default: "everything" },
    tokens: { type: "string", default: "12000000" },
  },
});
const mixture = flags.mixture === "copying" ? mixtures.copying : mixtures.everything;
const validTokens = 40_000;
const documentsAtOnce = 500;
const probeDocuments = 40;

const tokenizer = await loadTokenizer(modelFolder);

function writeTokens(name: string, count: number): void {
  const random = Random.fromSeed(seed).split(name);
  const tokens = new Uint16Array(count);
  let filled = 0;
  let documents = 0;
  while (filled < count) {
    const texts = Array.from(
      { length: documentsAtOnce },
      () => endOfText + drawDocument(random, mixture),
    );
    const ids = tokenizer.encode(texts.join(""));
    tokens.set(ids.slice(0, count - filled), filled);
    filled += ids.length;
    documents += documentsAtOnce;
  }
  writeFileSync(`${folder}/${name}.bin`, tokens);
  process.stdout.write(`${name}: ${count} tokens, ${(filled / documents).toFixed(1)} a document\n`);
}

function probe(random: Random): { ids: number[]; scored: number[] } {
  const { text, repeated } = drawProbe(random);
  const ids = tokenizer.encode(endOfText + text);
  const start = ids.length;
  ids.push(...tokenizer.encode(repeated));
  // The first repeated name is not known from anything; commas would be counted as copied.
  const isName = (at: number): boolean => at > start && tokenizer.decode([ids[at] ?? 0]) !== " ,";
  return { ids, scored: [...ids.keys()].filter((at) => at >= start && isName(at)) };
}

mkdirSync(folder, { recursive: true });
writeTokens("valid", validTokens);
const random = Random.fromSeed(seed).split("probe");
writeFileSync(
  `${folder}/probe.json`,
  JSON.stringify(Array.from({ length: probeDocuments }, () => probe(random))),
);
writeTokens("train", Number(flags.tokens));
