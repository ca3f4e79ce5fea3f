// What will happen: whether it fits into memory, how long it takes, what of the data is learned, what to think about.
import { UnstyledButton } from "@mantine/core";
import { Link } from "../../app/link.tsx";
import { Bytes, bytesText, compact, durationText, Num } from "../../design/numbers.tsx";
import { type Fact, Facts, Meter } from "../../design/page.tsx";
import type { Report } from "./look.ts";
import styles from "./outlook.module.css";

interface Time {
  seconds: number;
  run_id: string;
  tokens_per_second: number;
  exact: boolean;
}

function factsOf({ data, steps }: Report, time: Time | null): Fact[] {
  const facts: Fact[] = [
    {
      name: "Steps",
      value: (
        <>
          <Num of={steps.total} /> ({compact(steps.perEpoch)} per epoch)
        </>
      ),
    },
    {
      name: "Rows",
      value: (
        <>
          <Num of={data.trainRows} /> for training, <Num of={data.validationRows} /> for validation
        </>
      ),
    },
  ];
  if (data.tokens !== null && data.supervisedTokens !== null) {
    const share = Math.round((100 * data.supervisedTokens) / Math.max(1, data.tokens));
    facts.push({
      name: "Tokens per epoch",
      value: `${compact(data.tokens)}, ${share} % trained on`,
    });
  }
  const lost = (data.truncated ?? 0) + (data.dropped ?? 0);
  if (lost > 0)
    facts.push({
      name: "Rows not whole",
      value: `${data.truncated ?? 0} cut, ${data.dropped ?? 0} left out`,
    });
  facts.push({
    name: "Time",
    value: time === null ? "unknown until a similar run" : <TimeText time={time} />,
  });
  return facts;
}

function TimeText({ time }: { time: Time }) {
  return (
    <>
      about {durationText(time.seconds)}
      <span className={styles.small}>
        {" "}
        at the speed of{" "}
        <Link to={`/runs/${time.run_id}`}>
          {time.exact ? "a run with the same settings" : "a run of this model"}
        </Link>
      </span>
    </>
  );
}

const terms: Readonly<Record<string, string>> = { program: "the program" };

interface MemoryProps {
  plan: NonNullable<Report["memoryPlan"]>;
  onUse: (flags: string) => void;
}

function Memory({ plan, onUse }: MemoryProps) {
  const { residentBytes, availableBytes, fits, changes } = plan;
  const parts = Object.entries(plan.terms)
    .filter(([, bytes]) => bytes > 0.01 * residentBytes)
    .toSorted(([, a], [, b]) => b - a);
  return (
    <div className={styles.memory} data-fits={fits}>
      <Meter
        name={fits ? "Memory" : "Does not fit into memory"}
        value={residentBytes}
        most={availableBytes}
        text={`${bytesText(residentBytes)} of ${bytesText(availableBytes)} free`}
      />
      <ul className={styles.terms}>
        {parts.slice(0, 5).map(([name, bytes]) => (
          <li key={name}>
            {terms[name] ?? name} <Bytes of={bytes} />
          </li>
        ))}
      </ul>
      {!fits && changes.length > 0 && (
        <div className={styles.changes}>
          It fits with
          <ul>
            {changes.slice(0, 4).map(({ change, residentBytes: needed }) => (
              <li key={change}>
                <code>{change}</code> (<Bytes of={needed} />){" "}
                <UnstyledButton className={styles.use} onClick={() => onUse(change)}>
                  Set it<span className={styles.hidden}> so: {change}</span>
                </UnstyledButton>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** The same in a line, for windows in which it stands far below. */
export function briefly({ memoryPlan, steps }: Report, time: Time | null): string {
  const memory =
    memoryPlan === null
      ? []
      : [
          `${memoryPlan.fits ? "" : "does not fit: "}${bytesText(memoryPlan.residentBytes)} of ${bytesText(memoryPlan.availableBytes)}`,
        ];
  const lasting = time === null ? [] : [`about ${durationText(time.seconds)}`];
  return [...memory, `${steps.total} steps`, ...lasting].join(" · ");
}

export interface OutlookProps {
  report: Report;
  time: Time | null;
  /** What stands at a field already. */
  told: readonly string[];
  /** Fills in what flags of a command line say. */
  onUse: (flags: string) => void;
}

/** Said by the meter already, in other words. */
const isOfMemory = (text: string): boolean => text.startsWith("training is estimated to need");

export function Outlook({ report, time, told, onUse }: OutlookProps) {
  const warnings = report.warnings.filter((text) => !told.includes(text) && !isOfMemory(text));
  return (
    <div className={styles.outlook}>
      {report.memoryPlan !== null && <Memory plan={report.memoryPlan} onUse={onUse} />}
      <Facts facts={factsOf(report, time)} />
      {[...report.notes, ...warnings].map((text) => (
        <p key={text} className={styles.warning}>
          {text}
        </p>
      ))}
    </div>
  );
}
