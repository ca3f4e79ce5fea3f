// The conversation in hand with its deeds, each a button and a key: accept, reject, correct, split, join.
import type { RefObject } from "react";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { type Deed, FoundTurns } from "./found-turns.tsx";
import { selectedPlaces } from "./source-text.tsx";
import {
  before,
  cutAt,
  type Found,
  joinedUp,
  type Message,
  moved,
  type Stretch,
  withOtherRole,
  without,
  withRolesSwapped,
  withWords,
} from "./turns.ts";
import type { useReviewDeeds } from "./use-review.ts";

export interface InHandProps {
  found: Found;
  /** Name of its document. */
  source: string;
  turn: number;
  stretch: RefObject<Stretch>;
  deeds: ReturnType<typeof useReviewDeeds>;
  /** The conversation behind it in the list, and the one before. */
  next: () => number | undefined;
  previous: () => number | undefined;
  onChoose: (id: number | undefined, turn?: number) => void;
}

function verdictsOf({ found, deeds, next, previous, onChoose }: InHandProps): Deed[] {
  const { id: conversation } = found;
  const decide = (status: "open" | "accepted" | "rejected") => (): void => {
    const to = next() ?? previous();
    deeds.decide.mutate({ conversation, status });
    if (status !== "open") onChoose(to);
  };
  return [
    {
      key: "a",
      name: "Accept",
      about: "It becomes a row of the dataset; the next one opens",
      run: decide("accepted"),
    },
    {
      key: "x",
      name: "Reject",
      about: "It becomes no row; the next one opens",
      run: decide("rejected"),
    },
    {
      ...{ key: "o", name: "Reopen", about: "Undecided again" },
      ...{ isOff: found.status === "open", run: decide("open") },
    },
  ];
}

function ofAllOf({ found, deeds, onChoose }: InHandProps): Deed[] {
  const { id: conversation } = found;
  return [
    {
      ...{ key: "r", name: "Swap roles", about: "User and assistant change places" },
      run: () => deeds.correct.mutate({ conversation, messages: withRolesSwapped(found) }),
    },
    {
      ...{ key: "m", name: "Join", about: "Join it with the next conversation in the document" },
      run: () => {
        deeds.join.mutate(conversation);
        onChoose(conversation);
      },
    },
    {
      ...{ key: "+", name: "New", about: "The selected text begins a new conversation" },
      run: () => {
        const places = selectedPlaces();
        if (places === undefined || places[1] <= places[0]) return;
        const messages: Message[] = [{ role: "user", spans: [places] }];
        deeds.add.mutate({ source: found.source_id, messages });
      },
    },
  ];
}

function ofTurnOf(props: InHandProps): Deed[] {
  const { found, turn, deeds, stretch, onChoose } = props;
  const { id: conversation } = found;
  const correct = (messages: Message[] | undefined): void => {
    if (messages !== undefined) deeds.correct.mutate({ conversation, messages });
  };
  const selected = (use: (places: [number, number]) => Message[] | undefined) => (): void => {
    const places = selectedPlaces();
    if (places !== undefined) correct(use(places));
  };
  return [
    {
      ...{ key: "t", name: "Other role", about: "Give this turn to the other role" },
      run: () => correct(withOtherRole(found, turn)),
    },
    {
      ...{
        key: "s",
        name: "Split here",
        about: "This turn begins a new conversation",
      },
      ...{ isOff: turn === 0, run: () => deeds.split.mutate({ conversation, at: turn }) },
    },
    {
      ...{ key: "u", name: "Join turns", about: "Append this turn to the one before" },
      isOff: turn === 0,
      run: () => {
        correct(joinedUp(found, turn));
        onChoose(conversation, turn - 1);
      },
    },
    {
      ...{ key: "d", name: "Drop turn", about: "Remove this turn from the conversation" },
      ...{ isOff: found.messages.length < 2, run: () => correct(without(found, turn)) },
    },
    {
      ...{ key: "D", name: "Drop the rest", about: "Remove this turn and all after it" },
      isOff: turn === 0,
      run: () => {
        correct(before(found, turn));
        onChoose(conversation, turn - 1);
      },
    },
    {
      ...{
        key: "w",
        name: "Selected words",
        about: "Make the selected text the text of this turn",
      },
      run: selected((places) =>
        places[1] > places[0] ? withWords(found, turn, places) : undefined,
      ),
    },
    {
      ...{
        key: "c",
        name: "Cut at cursor",
        about: "Split this turn in two where the selection begins",
      },
      run: selected(([place]) => cutAt(found, turn, place)),
    },
    ...(
      [
        ["[", "Begin earlier", "begin", -1],
        ["]", "Begin later", "begin", 1],
        ["{", "End earlier", "end", -1],
        ["}", "End later", "end", 1],
      ] as const
    ).map(([key, name, edge, by]) => ({
      ...{ key, name, about: "Move this edge of the turn by one word", isStep: true },
      run: () => correct(moved(found, turn, edge, by, stretch.current)),
    })),
  ];
}

export function FoundInHand(props: InHandProps) {
  const { found, source, turn, next, previous, onChoose } = props;
  const verdicts = verdictsOf(props);
  const ofAll = ofAllOf(props);
  const ofTurn = ofTurnOf(props);
  const last = found.messages.length - 1;
  useShortcuts([
    { keys: "j", about: "Next conversation", run: () => onChoose(next() ?? found.id) },
    { keys: "k", about: "Previous conversation", run: () => onChoose(previous() ?? found.id) },
    { keys: "n", about: "Next turn", run: () => onChoose(found.id, Math.min(turn + 1, last)) },
    { keys: "p", about: "Previous turn", run: () => onChoose(found.id, Math.max(turn - 1, 0)) },
    ...[...verdicts, ...ofAll, ...ofTurn].map(({ key, name, about, isOff, isStep, run }) => ({
      ...{ keys: key, about: `${name}: ${about}`, isOnce: isStep !== true },
      run: () => {
        if (isOff !== true) run();
      },
    })),
  ]);
  return (
    <FoundTurns
      {...{ found, source, turn, verdicts, ofAll, ofTurn }}
      onTurn={(at) => onChoose(found.id, at)}
    />
  );
}
