// Where rows and template disagree on thinking: thoughts that a template leaves out, that it writes by itself, or that
// the model will be asked for and no row has. Nothing is wrong, so nothing is refused.
import { FtError } from "../core/errors.ts";
import { withoutBlanks } from "./jinja/shared-text.ts";
import type { TemplateFacts } from "./notices.ts";
import { earlierThoughts, hasReasoning, opensThought, thoughtsIn } from "./reasoning.ts";
import type { ConversationSample, Sample } from "./types.ts";

/** Rows that are looked at for what the template does by itself. */
const lookedAt = 50;

/** Undefined where the template cannot say it, which is told elsewhere. */
function attempt(make: () => string): string | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof FtError) return undefined;
    throw error;
  }
}

const isChat = (sample: Sample): sample is ConversationSample => sample.kind === "chat";

const rowsHave = (count: number): string => (count === 1 ? "1 row has" : `${count} rows have`);

function droppedThoughts(facts: TemplateFacts, samples: readonly Sample[]): string[] {
  let rows = 0;
  let thoughts = 0;
  for (const sample of samples.filter(isChat)) {
    const earlier = earlierThoughts(sample.messages);
    if (earlier.length === 0) continue;
    const text = attempt(() => facts.text(sample));
    if (text === undefined) continue;
    const squeezed = withoutBlanks(text);
    const gone = earlier.filter((thought) => !squeezed.includes(withoutBlanks(thought))).length;
    thoughts += gone;
    if (gone > 0) rows++;
  }
  if (rows === 0) return [];
  return [
    `${rowsHave(rows)} reasoning in earlier turns that ${facts.title} leaves out (${thoughts} thoughts): ` +
      "it is not learned; a row for each turn keeps it, --reasoning drop leaves all of it out",
  ];
}

function writtenThoughts(facts: TemplateFacts, plain: readonly Sample[]): string[] {
  const written = plain.filter((sample) => {
    const text = attempt(() => facts.text(sample));
    return text !== undefined && thoughtsIn(text).some(({ isEmpty }) => isEmpty);
  });
  if (written.length === 0) return [];
  return [
    `${facts.title} writes an empty thought before answers, and ${written.length} of ${plain.length} rows looked at ` +
      "have none to put there: it is not learned unless --learn-empty-thoughts asks for it",
  ];
}

function askedThoughts(facts: TemplateFacts, plain: readonly Sample[], rows: number): string[] {
  const question = { role: "user" as const, content: "a" };
  const prompt = attempt(() => facts.promptText([question]));
  if (plain.length === 0 || prompt === undefined || !opensThought(prompt)) return [];
  return [
    `${facts.title} has the model begin with a thought, and ${rowsHave(rows)} no reasoning: ` +
      "it will think all the same when it is asked, untrained",
  ];
}

/** One line for each. `samples` are those that the template is to render. */
export function reasoningNotices(facts: TemplateFacts, samples: readonly Sample[]): string[] {
  const plain = samples.filter((sample) => sample.kind !== "text" && !hasReasoning(sample));
  const some = plain.slice(0, lookedAt);
  return [
    ...droppedThoughts(facts, samples),
    ...writtenThoughts(facts, some),
    ...askedThoughts(facts, some, plain.length),
  ];
}
