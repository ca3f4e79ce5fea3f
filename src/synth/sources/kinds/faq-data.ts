// Questions and answers that a page carries as data for search engines: FAQPage and QAPage of schema.org in JSON-LD.
// The JSON is a stranger's: bounded in depth, and whatever is not as the vocabulary has it is passed over.

export interface FaqPair {
  readonly question: string;
  /** HTML. */
  readonly answer: string;
}

type Json = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Json | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined;

const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const isOf = (value: Json, type: string): boolean => asList(value["@type"]).includes(type);

function pairOf(question: Json): FaqPair | undefined {
  const { name, text, acceptedAnswer, suggestedAnswer } = question;
  const asked = [name, text].find((one) => typeof one === "string" && one.trim() !== "");
  const [answer] = [...asList(acceptedAnswer), ...asList(suggestedAnswer)].map(asObject);
  const said = answer?.["text"];
  if (typeof asked !== "string" || typeof said !== "string") return undefined;
  return { question: asked.trim(), answer: said };
}

function* objectsIn(value: unknown, levels: number): Generator<Json> {
  if (levels === 0) return;
  const object = asObject(value);
  if (object !== undefined) yield object;
  const inner = object === undefined ? asList(value) : Object.values(object);
  for (const one of inner) if (typeof one === "object") yield* objectsIn(one, levels - 1);
}

/** In the order of the data; none where it is no JSON. */
export function faqPairs(json: string): FaqPair[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return [];
  }
  return [...objectsIn(value, 16)]
    .filter((object) => isOf(object, "Question"))
    .flatMap((object) => pairOf(object) ?? []);
}
