// How texts are cut before pairs are joined, as the vocabularies' publishers say, in JavaScript's spelling: \s there is
// White_Space of Unicode, (?i:s) has the long s too. tiktoken 0.12, Llama 3 and mistral-common 1.13.

const space = String.raw`\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const ending = String.raw`'(?:[sSſ]|[dDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])`;
const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const before = String.raw`[^\r\n\p{L}\p{N}]?`;
const blanks = String.raw`[${space}]*[\r\n]+|[${space}]+(?![^${space}])|[${space}]+`;

const pattern = (...parts: string[]): RegExp => new RegExp(parts.join("|"), "gu");

export const cl100kPattern = pattern(
  ending,
  String.raw`${before}\p{L}+`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^${space}\p{L}\p{N}]+[\r\n]*`,
  String.raw`[${space}]+$|[${space}]*[\r\n]|[${space}]+(?![^${space}])|[${space}]`,
);

export const llama3Pattern = pattern(
  ending,
  String.raw`${before}\p{L}+`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^${space}\p{L}\p{N}]+[\r\n]*`,
  blanks,
);

export const o200kPattern = pattern(
  `${before}${upper}*${lower}+(?:${ending})?`,
  `${before}${upper}+${lower}*(?:${ending})?`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^${space}\p{L}\p{N}]+[\r\n/]*`,
  blanks,
);

export const tekkenPattern = pattern(
  `${before}${upper}*${lower}+`,
  `${before}${upper}+${lower}*`,
  String.raw`\p{N}`,
  String.raw` ?[^${space}\p{L}\p{N}]+[\r\n/]*`,
  blanks,
);
