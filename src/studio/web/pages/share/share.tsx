// What can leave this machine: results of runs, and what merging and exporting made of them.
import { useCallback } from "react";
import { $api } from "../../api/client.ts";
import { type JobEvent, refresh, useEvents } from "../../api/events.ts";
import type { components } from "../../api/generated.d.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import lines from "../../design/lines.module.css";
import { Ago, Bytes } from "../../design/numbers.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";

type Result = components["schemas"]["Shareable"];

const made: Readonly<Record<string, string>> = {
  run: "trained",
  merge: "merged",
  convert: "converted",
  export: "exported",
};

export const kindText = ({ kind, from, base }: Result): string => {
  const what =
    kind === "adapter" ? `adapter on ${base}` : kind === "file" ? "one file" : "whole model";
  return `${what}, ${made[from] ?? from}`;
};

/** What a job has written is a result as well. */
export function useFreshResults(): void {
  useEvents(
    useCallback((event: JobEvent) => {
      if (event.type === "job-completed") refresh("/api/v1/share");
    }, []),
  );
}

export function Share() {
  const results = $api.useQuery("get", "/api/v1/share/results", {});
  useFreshResults();
  return (
    <Page
      title="Share"
      lead="Choose a model to merge, quantize, write as GGUF, write for Ollama, or upload to the hub."
    >
      <Panel isFlush>
        <View query={results} lines={6}>
          {({ results: found }) =>
            found.length === 0 ? (
              <Empty
                title="Nothing is trained yet"
                action={
                  <ButtonLink to="/train?model=builtin/tiny&data=builtin">Train a model</ButtonLink>
                }
              >
                Every finished run appears here, with what was made from it.
              </Empty>
            ) : (
              <ul className={lines.lines}>
                {found.map((result) => (
                  <li key={result.id} className={lines.line}>
                    <div className={lines.words}>
                      <Link to={`/share/${result.id}`} className={lines.name}>
                        {result.name}
                      </Link>
                      <span className={lines.small}>{kindText(result)}</span>
                    </div>
                    <div className={lines.end}>
                      <Bytes of={result.bytes} />
                      <span className={lines.small}>
                        <Ago at={result.made_at} />
                      </span>
                    </div>
                  </li>
                ))}
              </ul>
            )
          }
        </View>
      </Panel>
    </Page>
  );
}
