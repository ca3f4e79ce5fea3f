// Porter's stemmer with the extensions of NLTK, which rouge-score stems with ("An algorithm for suffix stripping",
// Program 14.3, 1980; NLTK's `PorterStemmer` in its default mode). English, lower case.

type Condition = (stem: string) => boolean;
type Rule = readonly [suffix: string, replacement: string, condition: Condition];

/** Forms that no rule reaches. */
const irregular: Readonly<Record<string, string>> = {
  ...{ sky: "sky", skies: "sky", dying: "die", lying: "lie", tying: "tie", news: "news" },
  ...{ innings: "inning", inning: "inning", outings: "outing", outing: "outing" },
  ...{ cannings: "canning", canning: "canning", howe: "howe" },
  ...{ proceed: "proceed", exceed: "exceed", succeed: "succeed" },
};

/** For each letter whether it is a consonant; y is one unless it follows one. */
function consonants(word: string): boolean[] {
  const flags: boolean[] = [];
  for (const letter of word) {
    const before = flags.at(-1);
    flags.push(letter === "y" ? before === undefined || !before : !"aeiou".includes(letter));
  }
  return flags;
}

const endsInConsonant: Condition = (word) => consonants(word).at(-1) ?? false;

/** How often a vowel is followed by a consonant: m of the paper. */
function measure(stem: string): number {
  const flags = consonants(stem);
  return flags.filter((isConsonant, at) => isConsonant && at > 0 && !(flags[at - 1] ?? true))
    .length;
}

const measured: Condition = (stem) => measure(stem) > 0;
const long: Condition = (stem) => measure(stem) > 1;
const always: Condition = () => true;
const hasVowel: Condition = (stem) => consonants(stem).includes(false);

/** *d of the paper. */
const endsDouble: Condition = (word) =>
  word.length > 1 && word.at(-1) === word.at(-2) && endsInConsonant(word);

/** *o of the paper, and a vowel with a consonant alone. */
const endsShort: Condition = (word) => {
  const [third, second, last] = [undefined, ...consonants(word)].slice(-3);
  if (word.length === 2) return second === false && last === true;
  return (
    word.length > 2 && third === true && second === false && last === true && !/[wxy]$/.test(word)
  );
};

/** The first rule whose suffix is there decides, whether its condition holds or not. */
function applied(word: string, rules: readonly Rule[]): string {
  const found = rules.find(([suffix]) => word.endsWith(suffix));
  if (found === undefined) return word;
  const [suffix, replacement, condition] = found;
  const stem = word.slice(0, word.length - suffix.length);
  return condition(stem) ? stem + replacement : word;
}

const plurals: readonly Rule[] = [
  ["sses", "ss", always],
  ["ies", "i", always],
  ["ss", "ss", always],
  ["s", "", always],
];

function withoutPlural(word: string): string {
  if (word.length === 4 && word.endsWith("ies")) return `${word.slice(0, -3)}ie`;
  return applied(word, plurals);
}

/** What is left of -ed and -ing made a word again. */
function mended(stem: string): string {
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function withoutPast(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, -3) + (word.length === 4 ? "ie" : "i");
  if (word.endsWith("eed")) return applied(word, [["eed", "ee", measured]]);
  const stem = word.replace(/(ed|ing)$/, "");
  return stem !== word && hasVowel(stem) ? mended(stem) : word;
}

const withoutY = (word: string): string =>
  applied(word, [["y", "i", (stem) => stem.length > 1 && endsInConsonant(stem)]]);

const all = (condition: Condition, pairs: Readonly<Record<string, string>>): Rule[] =>
  Object.entries(pairs).map(([suffix, replacement]) => [suffix, replacement, condition]);

const doubles: readonly Rule[] = [
  ...all(measured, {
    ...{ ational: "ate", tional: "tion", enci: "ence", anci: "ance", izer: "ize", bli: "ble" },
    ...{ alli: "al", entli: "ent", eli: "e", ousli: "ous", ization: "ize", ation: "ate" },
    ...{ ator: "ate", alism: "al", iveness: "ive", fulness: "ful", ousness: "ous" },
    ...{ aliti: "al", iviti: "ive", biliti: "ble", fulli: "ful" },
  }),
  // the l counts to the stem here
  ["logi", "log", (stem) => measured(`${stem}l`)],
];

function withoutDouble(word: string): string {
  const shorter = applied(word, [["alli", "al", measured]]);
  return shorter === word ? applied(word, doubles) : withoutDouble(shorter);
}

const endings = all(measured, {
  ...{ icate: "ic", ative: "", alize: "al", iciti: "ic", ical: "ic", ful: "", ness: "" },
});

const last: readonly Rule[] = [
  ...all(long, {
    ...{ al: "", ance: "", ence: "", er: "", ic: "", able: "", ible: "", ant: "", ement: "" },
    ...{ ment: "", ent: "" },
  }),
  ["ion", "", (stem) => long(stem) && /[st]$/.test(stem)],
  ...all(long, { ou: "", ism: "", ate: "", iti: "", ous: "", ive: "", ize: "" }),
];

const withoutE = (word: string): string =>
  applied(word, [["e", "", (stem) => long(stem) || (measure(stem) === 1 && !endsShort(stem))]]);

const withoutLl = (word: string): string =>
  applied(word, [["ll", "l", (stem) => long(`${stem}l`)]]);

const steps = [
  ...[withoutPlural, withoutPast, withoutY, withoutDouble],
  ...[endings, last].map((rules) => (word: string) => applied(word, rules)),
  ...[withoutE, withoutLl],
];

/** The stem of a word in lower case. */
export function porterStem(word: string): string {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined;
  if (known !== undefined) return known;
  return word.length <= 2 ? word : steps.reduce((stem, step) => step(stem), word);
}
