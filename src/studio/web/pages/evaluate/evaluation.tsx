// One evaluation: its scores, beside those of another model, and the answers row by row, the worst regressions first.
import { Select } from "@mantine/core";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { usePathPart, useUrlState } from "../../app/url-state.ts";
import { Ago, Count, Lasting } from "../../design/numbers.tsx";
import { Columns, Page, Panel } from "../../design/page.tsx";
import { View } from "../../design/states.tsx";
import { fileName } from "./evaluate.tsx";
import { Rows } from "./rows.tsx";
import { Scores } from "./scores.tsx";

type Sheet = components["schemas"]["Evaluation"];

/** For the list of those that it can be compared with: names alone may be alike. */
const labelOf = ({ name, finished_at: at }: Sheet): string =>
  `${name}, ${new Date(at).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" })}`;

function Against({ comparable }: { comparable: readonly Sheet[] }) {
  const [{ against }, setState] = useUrlState();
  return (
    <Select
      size="xs"
      w="17rem"
      aria-label="Compared with"
      placeholder="Compare with…"
      clearable
      data={comparable.map((sheet) => ({ value: sheet.id, label: labelOf(sheet) }))}
      value={comparable.some(({ id }) => id === against) ? (against ?? null) : null}
      nothingFoundMessage="No other model answered the same rows"
      onChange={(value) => setState({ against: value ?? undefined, outcome: undefined })}
    />
  );
}

function Found({ sheet, comparable }: { sheet: Sheet; comparable: readonly Sheet[] }) {
  const [{ against }] = useUrlState();
  const other = comparable.find(({ id }) => id === against);
  return (
    <>
      <Columns least="24rem">
        <Panel title={sheet.name}>
          <Scores scores={sheet.scores} />
        </Panel>
        <Panel
          title={other === undefined ? "Not compared" : other.name}
          side={<Against comparable={comparable} />}
        >
          {other === undefined ? (
            comparable.length === 0 ? (
              "No other model answered the same rows. Compare models evaluates several at once."
            ) : (
              "Choose another model that answered the same rows."
            )
          ) : (
            <Scores scores={other.scores} />
          )}
        </Panel>
      </Columns>
      <Rows
        id={sheet.id}
        metrics={sheet.scores.map(({ metric }) => metric)}
        other={other?.name}
        name={sheet.name}
      />
    </>
  );
}

function Asked({ model, samples, data, seconds, finished_at: at }: Sheet) {
  return (
    <>
      {model}: <Count of={samples} what="row" /> of {fileName(data)} in{" "}
      <Lasting seconds={seconds} />, <Ago at={at} />
    </>
  );
}

export function Evaluation() {
  const id = usePathPart("id");
  const found = $api.useQuery("get", "/api/v1/evaluations/{id}", { params: { path: { id } } });
  const sheet = found.data?.evaluation;
  return (
    <Page
      title={sheet?.name ?? "Evaluation"}
      above={<Link to="/evaluate">Evaluate</Link>}
      lead={sheet === undefined ? undefined : <Asked {...sheet} />}
      actions={
        <ButtonLink to="/try" kind="quiet">
          Try it
        </ButtonLink>
      }
    >
      <View query={found} lines={8}>
        {({ evaluation, comparable }) => <Found sheet={evaluation} comparable={comparable} />}
      </View>
    </Page>
  );
}
