// What the model answers to the same rows: before it learned anything, and at a step that a person chooses, beside what the row
// itself says. The step stands in the address.
import { Slider } from "@mantine/core";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useUrlState } from "../../app/url-state.ts";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./samples.module.css";

type Written = components["schemas"]["RunSamples"];
type Answer = Written["steps"][number]["answers"][number];

function Said({
  title,
  answer,
  tone,
}: {
  title: string;
  answer: Answer | undefined;
  tone: string;
}) {
  return (
    <div className={styles.said} data-tone={tone}>
      <h3>{title}</h3>
      <p dir="auto">
        {answer === undefined || answer.text === "" ? <i>nothing</i> : answer.text}
        {answer?.cut === true && <span title="stopped at the maximum length"> …</span>}
      </p>
    </div>
  );
}

function Shown({ rows, steps }: Written) {
  const [{ at }, setState] = useUrlState();
  const places = steps.map(({ step }) => step);
  const found = places.indexOf(Number(at));
  const place = at === undefined || found === -1 ? steps.length - 1 : found;
  const [first] = steps;
  const chosen = steps[place];
  const word = chosen === undefined || chosen.step === 0 ? "before" : `step ${chosen.step}`;
  return (
    <Panel
      title="Samples"
      side={
        steps.length > 1 && (
          <>
            <span id="sample-step">after {word}</span>
            <Slider
              className={styles.slider}
              size="sm"
              {...{ min: 0, max: steps.length - 1, value: place, label: null }}
              thumbProps={{ "aria-labelledby": "sample-step", "aria-valuetext": word }}
              onChange={(next) => {
                const isLast = next === steps.length - 1;
                setState({ at: isLast ? undefined : String(places[next]) });
              }}
            />
          </>
        )
      }
    >
      <ol className={styles.rows}>
        {rows.map((row, which) => (
          <li key={`${row.file}:${row.line}`}>
            <p className={styles.prompt} dir="auto">
              {row.prompt}
            </p>
            <div className={styles.sides}>
              <Said
                title="Base model"
                tone="base"
                answer={first?.step === 0 ? first.answers[which] : undefined}
              />
              <Said title={`After ${word}`} tone="tuned" answer={chosen?.answers[which]} />
              <Said
                title="Reference"
                tone="row"
                answer={{ text: row.reference, tokens: 0, cut: false }}
              />
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export function Samples({ id }: { id: string }) {
  const samples = $api.useQuery("get", "/api/v1/runs/{id}/samples", { params: { path: { id } } });
  return (
    <View query={samples}>
      {(written) =>
        written.steps.length === 0 ? (
          <Panel title="Samples">
            <Empty title="No samples">
              With “Sample rows”, a run answers a few rows before its first step and at each
              validation.
            </Empty>
          </Panel>
        ) : (
          <Shown {...written} />
        )
      }
    </View>
  );
}
