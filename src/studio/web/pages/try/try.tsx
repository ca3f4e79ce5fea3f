// Try: a question to a base and to what was made of it, answers as they are written, side by side or blindly.
import { Button, SegmentedControl, Switch } from "@mantine/core";
import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import { $api } from "../../api/client.ts";
import { ButtonLink } from "../../app/link.tsx";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, Trouble, View } from "../../design/states.tsx";
import { Ballot, Revealed, type Vote } from "./ballot.tsx";
import { Composer, type Draft } from "./composer.tsx";
import type { Side } from "./conversation.ts";
import { HeldModels } from "./held-models.tsx";
import { KeptPrompts } from "./kept-prompts.tsx";
import { SamplingControls, useSampling } from "./sampling.tsx";
import { SideView, type Subject } from "./side.tsx";
import styles from "./try.module.css";
import { useConversation } from "./use-conversation.ts";
import { Votes } from "./votes.tsx";

const mostSides = 4;

/** What was trained last beside its base; without a run the first model alone. */
function usualSides(subjects: readonly Subject[], model: string | undefined): string[] {
  const asked = subjects.find(({ id }) => id === model);
  const tuned = subjects.find(
    ({ run, kind, base }) => run !== null && kind === "adapter" && base === (asked?.base ?? base),
  );
  if (tuned === undefined) return [(asked ?? subjects[0])?.id ?? ""];
  const base = subjects.find(({ kind, base: of }) => kind === "base" && of === tuned.base);
  return [base?.id ?? tuned.base, tuned.id];
}

interface BarProps {
  isBlind: boolean;
  canBeBlind: boolean;
  isColoured: boolean;
  onBlind: (isBlind: boolean) => void;
  onColoured: (isColoured: boolean) => void;
  onAdd: (() => void) | undefined;
}

function Bar({ isBlind, canBeBlind, isColoured, onBlind, onColoured, onAdd }: BarProps) {
  return (
    <div className={styles.bar}>
      <SegmentedControl
        aria-label="How to compare"
        value={isBlind ? "blind" : "open"}
        disabled={!canBeBlind}
        data={[
          { value: "open", label: "Side by side" },
          { value: "blind", label: "Blind" },
        ]}
        onChange={(value) => onBlind(value === "blind")}
      />
      <Switch
        label="Colour tokens by probability"
        checked={isColoured}
        onChange={({ currentTarget }) => onColoured(currentTarget.checked)}
      />
      {onAdd !== undefined && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Plus size={14} aria-hidden="true" />}
          onClick={onAdd}
        >
          Add a side
        </Button>
      )}
    </div>
  );
}

function Rail({ onTake }: { onTake: (draft: Draft) => void }) {
  return (
    <div className={styles.rail}>
      <Panel title="Sampling">
        <SamplingControls />
      </Panel>
      <Panel title="Kept prompts">
        <KeptPrompts onTake={onTake} />
      </Panel>
      <Panel title="Votes">
        <Votes />
      </Panel>
    </div>
  );
}

/** Who is asked, as the address says or as is usual; blind only where there are two that differ. */
function useSides(subjects: readonly Subject[]) {
  const [search, setSearch] = useUrlState();
  const known = (search["sides"] ?? "")
    .split(",")
    .filter((id) => subjects.some((one) => one.id === id));
  const sides = known.length > 0 ? known : usualSides(subjects, search["model"]);
  const canBeBlind = sides.length === 2 && sides[0] !== sides[1];
  return {
    ...{ sides, canBeBlind, isBlind: search["blind"] === "1" && canBeBlind },
    setSides: (next: readonly string[]): void => setSearch({ sides: next.join(",") }),
    setBlind: (isBlind: boolean): void => setSearch({ blind: isBlind ? "1" : undefined }),
  };
}

interface SidesProps {
  shown: readonly Side[];
  subjects: readonly Subject[];
  isColoured: boolean;
  isBlind: boolean;
  onPut: (at: number, id: string) => void;
  onRemove: ((at: number) => void) | undefined;
}

function Sides({ shown, subjects, isColoured, isBlind, onPut, onRemove }: SidesProps) {
  return (
    <div className={styles.sides}>
      {shown.map((side, at) => (
        <SideView
          key={at}
          {...{ side, subjects, isColoured, isHidden: isBlind }}
          place={isBlind ? `Answer ${at + 1}` : `Side ${at + 1}`}
          onChoose={(id) => onPut(at, id)}
          onRemove={onRemove && (() => onRemove(at))}
        />
      ))}
    </div>
  );
}

function Table({ subjects }: { subjects: readonly Subject[] }) {
  const { sides, isBlind, canBeBlind, setSides, setBlind } = useSides(subjects);
  const [sampling] = useSampling();
  const [isColoured, setColoured] = useState(false);
  const [draft, setDraft] = useState<Draft>({ system: "", question: "" });
  const [vote, setVote] = useState<Vote>();
  const field = useRef<HTMLTextAreaElement>(null);
  const talk = useConversation(sides);
  const put = (at: number, id: string): void =>
    setSides(sides.map((one, place) => (place === at ? id : one)));
  const more = subjects.find(({ id }) => !sides.includes(id))?.id ?? sides[0] ?? "";
  const hasTurns = talk.sides.some(({ turns }) => turns.length > 0);
  const isWaiting = isBlind && talk.trial !== null && vote === undefined;
  const canAsk = draft.question.trim() !== "" && !talk.isAsking && !isWaiting;
  const askNow = (): void => {
    setVote(undefined);
    talk.ask({ ...draft, sampling, blind: isBlind });
    setDraft({ ...draft, question: "" });
  };
  const clear = (): void => {
    setVote(undefined);
    talk.clear();
  };
  useShortcuts([
    { keys: "i", about: "Write a question", run: () => field.current?.focus() },
    { keys: "c", about: "Colour tokens by probability", run: () => setColoured(!isColoured) },
  ]);
  const take = (kept: Draft): void => {
    setDraft(kept);
    field.current?.focus();
  };
  return (
    <div className={styles.layout}>
      <div className={styles.main}>
        <Bar
          {...{ isBlind, isColoured, onColoured: setColoured }}
          canBeBlind={canBeBlind && !talk.isAsking}
          onBlind={(next) => {
            clear();
            setBlind(next);
          }}
          onAdd={
            isBlind || sides.length >= mostSides || talk.isAsking
              ? undefined
              : () => setSides([...sides, more])
          }
        />
        {isBlind && !hasTurns && (
          <p className={styles.note}>
            Two answers to one question in random order. You vote, then see which model gave which.
          </p>
        )}
        <Sides
          {...{ shown: talk.sides, subjects, isColoured, isBlind }}
          onPut={put}
          onRemove={
            sides.length > 1 && !talk.isAsking
              ? (at) => setSides(sides.filter((_, place) => place !== at))
              : undefined
          }
        />
        {talk.trouble !== null && <Trouble error={talk.trouble} />}
        {isWaiting && talk.trial !== null && <Ballot trial={talk.trial} onVoted={setVote} />}
        {isBlind && vote !== undefined && <Revealed vote={vote} />}
        <Composer
          {...{ draft, onDraft: setDraft, isAsking: talk.isAsking, canAsk, hasTurns, field }}
          onAsk={askNow}
          onStop={talk.stop}
          onClear={clear}
        />
        <HeldModels />
      </div>
      <Rail onTake={take} />
    </div>
  );
}

export function Try() {
  const subjects = $api.useQuery("get", "/api/v1/try/subjects", {});
  return (
    <Page
      title="Try"
      lead="Ask a base model and your fine-tuned one the same question. Adapters on one base are switched without reloading it."
    >
      <View query={subjects} lines={8}>
        {({ subjects: found }) =>
          found.length === 0 ? (
            <Panel>
              <Empty
                title="There is no model on this disk"
                action={<ButtonLink to="/train">Train one</ButtonLink>}
              >
                ft models pull downloads one from the hub.
              </Empty>
            </Panel>
          ) : (
            <Table subjects={found} />
          )
        }
      </View>
    </Page>
  );
}
