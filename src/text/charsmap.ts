// SentencePiece's table of replaced characters: a trie in an array (Darts), and the replacements one after another. The
// library that follows it believes every place in it; here each place that a text can lead to is looked at before.
// Source: google/sentencepiece's normalizer.cc, and the crate spm_precompiled.

/** NFKC with all its cases has some 20,000. */
const MOST_NODES = 200_000;

const labelOf = (unit: number): number => (unit & 0x8000_00ff) >>> 0;
const hasLeaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1;
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

interface Table {
  units: Uint32Array;
  /** Bytes of the replacements. */
  texts: Buffer;
}

/** Undefined where the sizes do not fit, or the replacements are no text. */
function tableOf(bytes: Buffer): Table | undefined {
  const length = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0;
  if (length === 0 || length % 4 !== 0 || 4 + length > bytes.length) return undefined;
  const units = Uint32Array.from({ length: length / 4 }, (_, at) => bytes.readUInt32LE(4 + 4 * at));
  const texts = bytes.subarray(4 + length);
  return Buffer.from(texts.toString("utf8")).equals(texts) ? { units, texts } : undefined;
}

/** Where a replacement begins: within the texts, and not within a character. */
function isStart({ texts }: Table, at: number): boolean {
  return at === texts.length || (at < texts.length && ((texts[at] ?? 0) & 0xc0) !== 0x80);
}

/** Places that follow a node's; undefined where one of them, or a replacement, is outside. */
function following(table: Table, base: number): number[] | undefined {
  const { units } = table;
  if ((base | 0xff) >= units.length) return undefined;
  const found: number[] = [];
  for (let byte = 1; byte < 256; byte++) {
    const place = base ^ byte;
    const unit = units[place] ?? 0;
    if (labelOf(unit) !== byte) continue;
    const next = place ^ offsetOf(unit);
    const value = (units[next] ?? 0xffff_ffff) & 0x7fff_ffff;
    if (hasLeaf(unit) && !isStart(table, value)) return undefined;
    found.push(next);
  }
  return found;
}

/** Whether no text leads out of the table. */
export function isSoundCharsmap(bytes: Buffer): boolean {
  const table = tableOf(bytes);
  if (table === undefined) return false;
  const first = offsetOf(table.units[0] ?? 0);
  const seen = new Set([first]);
  for (const base of seen) {
    const next = following(table, base);
    if (next === undefined || seen.size > MOST_NODES) return false;
    for (const one of next) seen.add(one);
  }
  return true;
}
