// The document's text around a conversation, a range of it, with all that was found marked: whose words, and which are
// those of the conversation in hand. A selection in it is places in the document.
import { Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { View } from "../../design/states.tsx";
import styles from "./source-text.module.css";
import type { Stretch } from "./turns.ts";

type SourceRange = components["schemas"]["SourceText"];

interface Piece {
  start: number;
  end: number;
  conversation?: number;
  turn?: number;
  role?: string;
  status?: string;
}

/** The text in pieces, marked or not, in order. */
function piecesOf({ start, end, marks }: SourceRange): Piece[] {
  const marked = marks
    .flatMap(({ id, status, messages }) =>
      messages.flatMap(({ role, spans }, turn) =>
        spans.map(([from, to]) => ({ start: from, end: to, conversation: id, turn, role, status })),
      ),
    )
    .filter((one) => one.start < end && one.end > start)
    .toSorted((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  let at = start;
  for (const one of marked) {
    const from = Math.max(one.start, at);
    if (one.end <= from) continue;
    if (from > at) pieces.push({ start: at, end: from });
    pieces.push({ ...one, start: from, end: Math.min(one.end, end) });
    at = Math.min(one.end, end);
  }
  if (at < end) pieces.push({ start: at, end });
  return pieces;
}

/** Where in the document a place of a selection is. */
function placeOf(node: Node | null, offset: number): number | undefined {
  const element = node instanceof Element ? node : node?.parentElement;
  const piece = element?.closest<HTMLElement>("[data-start]");
  return piece === null || piece === undefined
    ? undefined
    : Number(piece.dataset["start"]) + offset;
}

/** What is selected in the text, as places in the document. */
export function selectedPlaces(): [number, number] | undefined {
  const selection = getSelection();
  if (selection === null || selection.rangeCount === 0) return undefined;
  const range = selection.getRangeAt(0);
  const start = placeOf(range.startContainer, range.startOffset);
  const end = placeOf(range.endContainer, range.endOffset);
  return start === undefined || end === undefined ? undefined : [start, end];
}

function Marked({ range, pieces, conversation, turn, onChoose }: MarkedProps) {
  return (
    <div className={styles.text} dir="auto">
      {pieces.map((piece) => (
        <span
          key={piece.start}
          data-start={piece.start}
          data-conversation={piece.conversation}
          data-turn={piece.turn}
          data-role={piece.role}
          data-status={piece.status}
          data-own={piece.conversation === conversation}
          data-chosen={piece.conversation === conversation && piece.turn === turn}
          className={piece.conversation === undefined ? undefined : styles.mark}
          onClick={() =>
            piece.conversation !== undefined && onChoose(piece.conversation, piece.turn ?? 0)
          }
        >
          {range.text.slice(piece.start - range.start, piece.end - range.start)}
        </span>
      ))}
    </div>
  );
}

interface MarkedProps extends Pick<SourceTextProps, "conversation" | "turn" | "onChoose"> {
  range: { text: string; start: number };
  pieces: readonly Piece[];
}

const step = 8192;
const longest = 65_536;

/** Whole steps, so that neighbours share a range that was asked for already. */
function rangeAround(begins: number, ends: number): [number, number] {
  const start = Math.max(0, Math.floor((begins - 1500) / step) * step);
  return [start, Math.min(start + longest, Math.ceil((ends + 1500) / step) * step)];
}

export function SourceText({
  review,
  source,
  conversation,
  begins,
  ends,
  turn,
  onStretch,
  onChoose,
}: SourceTextProps) {
  const usual = rangeAround(begins, ends);
  const [more, setMore] = useState<[number, number]>([0, 0]);
  const start = Math.max(0, usual[0] - more[0]);
  const end = Math.min(start + longest, usual[1] + more[1]);
  const box = useRef<HTMLDivElement>(null);
  const text = $api.useQuery(
    "get",
    "/api/v1/reviews/{id}/sources/{source}/text",
    { params: { path: { id: review, source }, query: { start, end } } },
    { placeholderData: keepPreviousData },
  );
  const { data } = text;
  const pieces = useMemo(() => (data === undefined ? [] : piecesOf(data as SourceRange)), [data]);
  useEffect(() => {
    if (data !== undefined) onStretch({ text: data.text, start: data.start });
  }, [data, onStretch]);
  useEffect(() => {
    const own = box.current?.querySelectorAll<HTMLElement>(`[data-conversation="${conversation}"]`);
    const mark = [...(own ?? [])].find((one) => one.dataset["turn"] === String(turn)) ?? own?.[0];
    // the box alone scrolls, never the page around it
    if (mark !== undefined && box.current !== null)
      box.current.scrollTop = mark.offsetTop - box.current.clientHeight / 3;
  }, [conversation, turn, pieces]);
  return (
    <div
      ref={box}
      className={styles.box}
      tabIndex={0}
      role="region"
      aria-label="The document's text"
    >
      <View query={text} lines={12}>
        {(range) => (
          <>
            {range.start > 0 && (
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => setMore([more[0] + step, more[1]])}
              >
                Earlier text
              </Button>
            )}
            <Marked {...{ range, pieces, conversation, turn, onChoose }} />
            {range.end < range.length && (
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => setMore([more[0], more[1] + step])}
              >
                Later text
              </Button>
            )}
          </>
        )}
      </View>
    </div>
  );
}

interface SourceTextProps {
  review: number;
  source: number;
  conversation: number;
  begins: number;
  ends: number;
  turn: number;
  /** Told what text is at hand, for moving places by words. */
  onStretch: (stretch: Stretch) => void;
  onChoose: (conversation: number, turn: number) => void;
}
