// What was said on each side: plain data and what each event of the stream makes of it. Knows no React.

export interface TokenChance {
  text: string;
  logprob: number;
}

export interface Token extends TokenChance {
  top: TokenChance[];
}

/** A part of an answer as it came: usually one token. */
export interface Piece {
  text: string;
  tokens: Token[];
}

export type AnswerState = "waiting" | "loading" | "writing" | "ended" | "failed" | "stopped";

export interface Figures {
  reason: string;
  prompt_tokens: number;
  cached_tokens: number;
  answer_tokens: number;
  first_token_seconds: number | null;
  seconds: number;
}

export interface Answer {
  state: AnswerState;
  reasoning: string;
  pieces: Piece[];
  figures?: Figures;
  trouble?: { message: string; hint: string | null; code: string };
}

export interface Turn {
  question: string;
  answer: Answer;
}

export interface Side {
  /** Empty in a blind comparison. */
  subject: string;
  turns: Turn[];
}

export type AskEvent =
  | { type: "loading"; side: number; base: string }
  | { type: "begun"; side: number; prompt_tokens: number }
  | { type: "piece"; side: number; text: string; reasoning: string; tokens: Token[] }
  | ({ type: "ended"; side: number } & Figures)
  | { type: "failed"; side: number; code: string; message: string; hint: string | null }
  | { type: "done"; seed: number; trial: string | null };

export const textOf = ({ pieces }: Answer): string => pieces.map(({ text }) => text).join("");

const begun = (): Answer => ({ state: "waiting", reasoning: "", pieces: [] });

/** The same question as the next turn of every side. */
export const asked = (sides: readonly Side[], question: string): Side[] =>
  sides.map((side) => ({ ...side, turns: [...side.turns, { question, answer: begun() }] }));

function answered(answer: Answer, event: Exclude<AskEvent, { type: "done" }>): Answer {
  switch (event.type) {
    case "loading":
      return { ...answer, state: "loading" };
    case "begun":
      return { ...answer, state: "writing" };
    case "piece": {
      const { text, reasoning, tokens } = event;
      const pieces = text === "" ? answer.pieces : [...answer.pieces, { text, tokens }];
      return { ...answer, state: "writing", reasoning: answer.reasoning + reasoning, pieces };
    }
    case "ended": {
      const { type: _type, side: _side, ...figures } = event;
      return { ...answer, state: "ended", figures };
    }
    case "failed": {
      const { code, message, hint } = event;
      return { ...answer, state: "failed", trouble: { code, message, hint } };
    }
  }
}

const withLast = (side: Side, change: (answer: Answer) => Answer): Side => {
  const last = side.turns.at(-1);
  if (last === undefined) return side;
  return { ...side, turns: [...side.turns.slice(0, -1), { ...last, answer: change(last.answer) }] };
};

/** Events in order, all at once: what came since the last picture was drawn. */
export function told(sides: readonly Side[], events: readonly AskEvent[]): Side[] {
  return events.reduce<Side[]>(
    (now, event) =>
      event.type === "done"
        ? now
        : now.map((side, at) =>
            at === event.side ? withLast(side, (answer) => answered(answer, event)) : side,
          ),
    [...sides],
  );
}

const isOpen = ({ state }: Answer): boolean => ["waiting", "loading", "writing"].includes(state);

/** What was being written when somebody stopped it, or the page was left. */
export const stopped = (sides: readonly Side[]): Side[] =>
  sides.map((side) =>
    withLast(side, (answer) => (isOpen(answer) ? { ...answer, state: "stopped" } : answer)),
  );

/** Without the last turn of every side. */
export const withoutLast = (sides: readonly Side[]): Side[] =>
  sides.map((side) => ({ ...side, turns: side.turns.slice(0, -1) }));

/** The conversation of one side as it is sent: with its own answers. */
export function messagesOf({ turns }: Side, system: string, question: string) {
  const said = turns.flatMap((turn) => [
    { role: "user" as const, content: turn.question },
    { role: "assistant" as const, content: textOf(turn.answer) },
  ]);
  const before = system.trim() === "" ? [] : [{ role: "system" as const, content: system }];
  return [...before, ...said, { role: "user" as const, content: question }];
}
