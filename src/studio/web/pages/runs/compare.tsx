// Any number of runs over each other: curves in one picture a figure, the settings in which they differ, what came of them.
import { MultiSelect } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { useUrlState } from "../../app/url-state.ts";
import type { CurveLine } from "../../design/curves.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, Status, Trouble, View, Waiting } from "../../design/states.tsx";
import styles from "./compare.module.css";
import { CurveControls, type Drawing, useDrawing } from "./controls.tsx";
import { howFor, lineOf, type Picture, pictures, seriesOf } from "./figures.ts";
import { Pictures } from "./pictures.tsx";
import { nameOf, points, type Series, useRunEvents } from "./queries.ts";
import table from "./table.module.css";
import { valueText } from "./value-text.ts";

type Compared = components["schemas"]["RunsCompared"];

interface Curved {
  id: string;
  name: string;
  series: readonly Series[];
}

/** Validation is dashed, in the colour of its run. */
function linesOf(picture: Picture, runs: readonly Curved[], how: Drawing): CurveLine[] {
  return runs.flatMap(({ name, series }, at) =>
    seriesOf(picture, series).map((one) => {
      const isSecond = one.name.startsWith("validation");
      const line = {
        name: isSecond ? `${name}, validation` : name,
        color: at + 1,
        isDashed: isSecond,
      };
      return lineOf(one, line, howFor(picture, how));
    }),
  );
}

function Overlaid({ runs }: { runs: readonly Curved[] }) {
  const { axis, smoothing, isLog } = useDrawing();
  const drawn = useMemo(
    () =>
      pictures
        .map((picture) => ({ picture, lines: linesOf(picture, runs, { axis, smoothing, isLog }) }))
        .filter(({ lines }) => lines.length > 0),
    [runs, axis, smoothing, isLog],
  );
  return <Pictures drawn={drawn} group="compare" />;
}

/** In the order of the ids. */
function useCurvesOf(ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) =>
      $api.queryOptions("get", "/api/v1/runs/{id}/curves", {
        params: { path: { id }, query: { points } },
      }),
    ),
    combine: (found) => ({
      isPending: found.some((one) => one.isPending),
      error: found.find((one) => one.error !== null)?.error ?? null,
      series: found.map(({ data }) => data?.series ?? []),
      again: () => {
        for (const one of found) if (one.error !== null) void one.refetch();
      },
    }),
  });
}

function Heads({ runs }: { runs: Compared["runs"] }) {
  return (
    <thead>
      <tr>
        <td />
        {runs.map((run, at) => (
          <th key={run.id} scope="col">
            <span className={styles.head}>
              <svg width="12" height="12" aria-hidden="true">
                <circle r="5" cx="6" cy="6" fill={`var(--series-${(at % 8) + 1})`} />
              </svg>
              <Link to={`/runs/${run.id}`}>{nameOf(run)}</Link>
            </span>
            <span className={styles.id}>{run.id}</span>
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Figures of which less is better: the least is marked. */
const lessIsBetter = ["trainLoss", "validationLoss"];

const words: Readonly<Record<string, string>> = {
  ...{ trainLoss: "training loss", validationLoss: "validation loss", bestStep: "best step" },
  ...{ trainableParameters: "trained parameters", skippedSteps: "skipped steps" },
};

function Lines({ lines }: { lines: Compared["settings"] }) {
  return (
    <tbody>
      {lines.map(({ key, values }) => {
        const numbers = values.filter((value): value is number => typeof value === "number");
        const best =
          lessIsBetter.includes(key) && numbers.length > 1 ? Math.min(...numbers) : undefined;
        return (
          <tr key={key}>
            <th scope="row">{words[key] ?? key}</th>
            {values.map((value, at) => (
              <td key={at} className={value === best ? table.best : table.value}>
                {key === "status" ? <Status of={String(value)} /> : valueText(value)}
              </td>
            ))}
          </tr>
        );
      })}
    </tbody>
  );
}

function Tables({ compared }: { compared: Compared }) {
  const { runs, settings, inputs, results, alike } = compared;
  const part = (title: string, lines: Compared["settings"], none: string) => (
    <Panel title={title} isFlush>
      {lines.length === 0 ? (
        <Empty title={none} />
      ) : (
        <div className={table.scroll}>
          <table className={table.table}>
            <Heads runs={runs} />
            <Lines lines={lines} />
          </table>
        </div>
      )}
    </Panel>
  );
  return (
    <>
      {part("Results", results, "No results yet")}
      {part(`Settings that differ (${alike} are the same)`, settings, "All settings are the same")}
      {inputs.length > 0 && part("Model, data and software versions that differ", inputs, "")}
    </>
  );
}

function Choose({ ids }: { ids: readonly string[] }) {
  const [, setState] = useUrlState();
  const all = $api.useQuery("get", "/api/v1/run-overview", {});
  return (
    <MultiSelect
      label="Runs"
      placeholder={ids.length < 2 ? "add a run" : ""}
      searchable
      value={[...ids]}
      data={(all.data?.runs ?? []).map(({ run }) => ({
        value: run.id,
        label: `${nameOf(run)}, ${run.id}`,
      }))}
      onChange={(chosen) => setState({ ids: chosen.join(",") })}
    />
  );
}

function Beside({ ids }: { ids: readonly string[] }) {
  const { series, isPending, error, again } = useCurvesOf(ids);
  const compared = $api.useQuery("get", "/api/v1/run-comparison", {
    params: { query: { ids: ids.join(",") } },
  });
  const runs = useMemo(
    () =>
      ids.map((id, at) => {
        const known = compared.data?.runs.find((run) => run.id === id);
        const differing = (compared.data?.settings ?? []).slice(0, 2);
        const told = differing.map(
          ({ key, values }) => `${key.split(".").at(-1)} ${valueText(values[at])}`,
        );
        const name = told.length > 0 ? told.join(", ") : known === undefined ? id : nameOf(known);
        return { id, name, series: series[at] ?? [] };
      }),
    [ids, compared.data, series],
  );
  return (
    <>
      <CurveControls />
      {error !== null ? (
        <Trouble error={error} onRetry={again} />
      ) : isPending ? (
        <Waiting lines={8} />
      ) : (
        <Overlaid runs={runs} />
      )}
      <View query={compared} lines={6}>
        {(found) => <Tables compared={found} />}
      </View>
    </>
  );
}

export function Compare() {
  const [{ ids: text = "" }] = useUrlState();
  const ids = useMemo(() => text.split(",").filter((id) => id !== ""), [text]);
  useRunEvents();
  return (
    <Page
      title={ids.length < 2 ? "Compare runs" : `${ids.length} runs compared`}
      above={<Link to="/runs">Runs</Link>}
      lead="Curves, the settings that differ, and results."
    >
      <Choose ids={ids} />
      {ids.length === 0 ? (
        <Panel>
          <Empty title="Choose two runs or more">Their curves are drawn together.</Empty>
        </Panel>
      ) : (
        <Beside ids={ids} />
      )}
    </Page>
  );
}
