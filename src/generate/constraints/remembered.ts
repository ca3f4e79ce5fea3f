// Constraints made lately, by what they were made from: a server is asked with the same schema again and again.
import type { Constraint, TokenVocabulary } from "./types.ts";

/** Of a vocabulary; the one asked for longest ago goes first. */
const most = 32;
/** Characters of a source that is worth keeping. */
const longestSource = 1_000_000;

const kept = new WeakMap<TokenVocabulary, Map<string, Constraint>>();

export function remembered(
  kind: string,
  source: string,
  vocabulary: TokenVocabulary,
  make: () => Constraint,
): Constraint {
  let known = kept.get(vocabulary);
  if (known === undefined) kept.set(vocabulary, (known = new Map()));
  const key = `${kind}:${source}`;
  const constraint = known.get(key) ?? make();
  known.delete(key);
  if (source.length <= longestSource) known.set(key, constraint);
  for (const oldest of known.keys()) {
    if (known.size <= most) break;
    known.delete(oldest);
  }
  return constraint;
}
