// The conversation of the page: asked, followed, stopped, kept over a reload. Pieces are gathered and drawn once a frame.
import { useCallback, useEffect, useRef, useState } from "react";
import { refresh } from "../../api/events.ts";
import { ApiFault } from "../../api/fault.ts";
import { ask, type TryQuestion } from "./ask.ts";
import {
  asked,
  type AskEvent,
  messagesOf,
  type Side,
  stopped,
  told,
  withoutLast,
} from "./conversation.ts";

export interface Asked {
  system: string;
  question: string;
  sampling: Omit<TryQuestion, "sides" | "blind">;
  blind: boolean;
}

export interface Conversation {
  sides: Side[];
  isAsking: boolean;
  /** Of a blind comparison that waits for a vote. */
  trial: string | null;
  trouble: ApiFault | null;
  ask: (asked: Asked) => void;
  stop: () => void;
  clear: () => void;
}

const place = "ft-try";

interface Kept {
  sides: Side[];
  trial: string | null;
}

function kept(subjects: readonly string[]): Kept {
  try {
    const found = JSON.parse(sessionStorage.getItem(place) ?? "null") as Kept | null;
    const isSame = found?.sides.map(({ subject }) => subject).join("\n") === subjects.join("\n");
    if (found !== null && isSame) return { sides: stopped(found.sides), trial: found.trial };
  } catch {
    // what another version of the page has left
  }
  return { sides: subjects.map((subject) => ({ subject, turns: [] })), trial: null };
}

/** Sides that stay keep what was said; of those that are new, nothing was. */
function fitted(sides: readonly Side[], subjects: readonly string[]): Side[] {
  return subjects.map(
    (subject, at) =>
      (sides[at]?.subject === subject ? sides[at] : undefined) ??
      sides.find((side) => side.subject === subject) ?? { subject, turns: [] },
  );
}

/** Longer than what a browser keeps, a reload forgets it. */
function keep(now: Kept): void {
  try {
    sessionStorage.setItem(place, JSON.stringify(now));
  } catch {
    sessionStorage.removeItem(place);
  }
}

export function useConversation(subjects: readonly string[]): Conversation {
  const [{ sides, trial }, setKept] = useState<Kept>(() => kept(subjects));
  const [isAsking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<ApiFault | null>(null);
  const stopping = useRef<AbortController>(undefined);
  const isGoing = useRef(false);
  const key = subjects.join("\n");
  const shown =
    sides.map(({ subject }) => subject).join("\n") === key ? sides : fitted(sides, subjects);
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  });

  useEffect(() => keep({ sides, trial }), [sides, trial]);

  const stop = useCallback(() => {
    stopping.current?.abort();
    setKept((now) => ({ ...now, sides: stopped(now.sides) }));
  }, []);
  useEffect(() => () => stopping.current?.abort(), []);

  const follow = useCallback(async (question: TryQuestion, begun: Side[]) => {
    const controller = new AbortController();
    stopping.current = controller;
    let waiting: AskEvent[] = [];
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      const events = waiting;
      waiting = [];
      setKept((now) => ({ ...now, sides: told(now.sides, events) }));
    };
    setKept({ sides: begun, trial: null });
    setAsking(true);
    setTrouble(null);
    try {
      for await (const event of ask(question, controller.signal)) {
        waiting.push(event);
        if (event.type === "done") setKept((now) => ({ ...now, trial: event.trial }));
        frame ||= requestAnimationFrame(draw);
      }
    } catch (error) {
      if (!controller.signal.aborted) {
        setTrouble(ApiFault.of(error));
        // nobody has been told anything: the question may be asked again
        const isNothing = waiting.length === 0;
        setKept((now) => ({
          ...now,
          sides: isNothing ? withoutLast(stopped(now.sides)) : stopped(now.sides),
        }));
      }
    } finally {
      if (frame !== 0) cancelAnimationFrame(frame);
      const events = waiting;
      setKept((now) => ({ ...now, sides: stopped(told(now.sides, events)) }));
      setAsking(false);
      refresh("/api/v1/try/models");
    }
  }, []);

  const start = useCallback(
    ({ system, question, sampling, blind }: Asked) => {
      const now = blind ? latest.current.map((side) => ({ ...side, turns: [] })) : latest.current;
      const wanted: TryQuestion = {
        ...sampling,
        blind,
        sides: now.map((side) => ({
          subject: side.subject,
          messages: messagesOf(side, system, question),
        })),
      };
      // the second of two that come before the page is drawn anew
      if (isGoing.current) return;
      isGoing.current = true;
      void follow(wanted, asked(now, question)).finally(() => void (isGoing.current = false));
    },
    [follow],
  );
  const clear = useCallback(() => {
    stopping.current?.abort();
    setTrouble(null);
    setKept((now) => ({ trial: null, sides: now.sides.map((side) => ({ ...side, turns: [] })) }));
  }, []);
  return { sides: shown, isAsking, trial, trouble, ask: start, stop, clear };
}
