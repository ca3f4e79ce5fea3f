// Every evaluation of this machine, those of one benchmark together, and the form of the next.
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { $api } from "../../api/client.ts";
import { type JobEvent, refresh, useEvents } from "../../api/events.ts";
import type { components } from "../../api/generated.d.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { Ago, Count } from "../../design/numbers.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./evaluate.module.css";
import { Scores } from "./scores.tsx";

type Sheet = components["schemas"]["Evaluation"];

/** Sheets that belong together, in the order of the newest of each. */
function groupsOf(sheets: readonly Sheet[]): Sheet[][] {
  const groups = new Map<string, Sheet[]>();
  for (const sheet of sheets) {
    const key = sheet.benchmark ?? sheet.id;
    groups.set(key, [...(groups.get(key) ?? []), sheet]);
  }
  return [...groups.values()].map((group) =>
    group.toSorted((a, b) => a.id.localeCompare(b.id, "en", { numeric: true })),
  );
}

const addressOf = ({ id, compared_with: other }: Sheet): string =>
  `/evaluate/${id}${other === null ? "" : `?against=${other}`}`;

export const fileName = (path: string): string => path.split("/").slice(-2).join("/");

function Group({ sheets }: { sheets: readonly Sheet[] }) {
  const [first] = sheets;
  if (first === undefined) return null;
  return (
    <Panel
      title={sheets.map(({ name }) => name).join(" and ")}
      side={
        <span className={styles.about}>
          <Count of={first.samples} what="row" /> of {fileName(first.data)},{" "}
          <Ago at={first.finished_at} />
        </span>
      }
    >
      <div className={styles.sheets}>
        {sheets.map((sheet) => (
          <div key={sheet.id} className={styles.sheet}>
            <div className={styles.name}>
              <Link to={addressOf(sheet)}>{sheet.name}</Link>
              <span className={styles.about}>
                {sheet.compared_with === null && sheets.length > 1 ? "the base" : ""}
              </span>
            </div>
            <Scores scores={sheet.scores} />
          </div>
        ))}
      </div>
    </Panel>
  );
}

/** When an evaluation has ended, the list has one more. */
export function useFreshEvaluations(): void {
  useEvents(
    useCallback((event: JobEvent) => {
      if (event.type === "job-completed") refresh("/api/v1/evaluations");
    }, []),
  );
}

export function Evaluate() {
  const navigate = useNavigate();
  const found = $api.useQuery("get", "/api/v1/evaluations", {
    params: { query: { limit: 200 } },
  });
  useFreshEvaluations();
  useShortcuts([
    {
      keys: "n",
      about: "Compare models",
      run: () => void navigate({ to: "/evaluate/new" } as never),
    },
  ]);
  return (
    <Page
      title="Evaluate"
      lead="What models answer to rows that they were not trained on: scores with intervals, and each answer."
      actions={<ButtonLink to="/evaluate/new">Compare models</ButtonLink>}
    >
      <View query={found} lines={8}>
        {({ evaluations }) =>
          evaluations.length === 0 ? (
            <Panel>
              <Empty
                title="Nothing is evaluated yet"
                action={<ButtonLink to="/evaluate/new">Compare models</ButtonLink>}
              >
                A base model and your fine-tuned one answer the same rows. You see which is better,
                by how much, and each answer that got worse. Results of ft evaluate and ft benchmark
                appear here too.
              </Empty>
            </Panel>
          ) : (
            groupsOf(evaluations).map((sheets) => <Group key={sheets[0]?.id} sheets={sheets} />)
          )
        }
      </View>
    </Page>
  );
}
