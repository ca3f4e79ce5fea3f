// A set written for a service: first what that loses, row by row counted, then the file.
import { Button, Select } from "@mantine/core";
import { Download } from "lucide-react";
import { $api, apiUrl } from "../../api/client.ts";
import { useUrlState } from "../../app/url-state.ts";
import { bytesText, Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./export.module.css";
import { GoingOn } from "./going-on.tsx";
import type { TabProps } from "./set.tsx";
import { useLook } from "./use-look.ts";

interface Exported {
  rows: number;
  written: number;
  losses: { field: string; why: string; rows: number; line: number }[];
  refused: { line: number; field: string; why: string }[];
  refusedRows: number;
  file: string;
  bytes: number;
}

function Lost({ made }: { made: Exported }) {
  const { losses, refused, refusedRows } = made;
  if (losses.length === 0 && refusedRows === 0)
    return (
      <p className={styles.words}>Nothing is lost: this format has a place for every field.</p>
    );
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>Field</th>
          <th>What happens to it</th>
          <th className={styles.end}>Rows</th>
          <th className={styles.end}>First in row</th>
        </tr>
      </thead>
      <tbody>
        {losses.map(({ field, why, rows, line }) => (
          <tr key={`${field}${why}`}>
            <td>
              <code>{field}</code>
            </td>
            <td>{why}</td>
            <td className={styles.end}>
              <Num of={rows} />
            </td>
            <td className={styles.end}>
              <Num of={line} />
            </td>
          </tr>
        ))}
        {refused.slice(0, 50).map(({ line, field, why }) => (
          <tr key={`refused ${line}`}>
            <td>{field === "" ? "the row" : <code>{field}</code>}</td>
            <td className={styles.refused}>not written: {why}</td>
            <td className={styles.end}>1</td>
            <td className={styles.end}>
              <Num of={line} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Made({ made, href }: { made: Exported; href: string }) {
  return (
    <Panel
      title="What this format keeps"
      side={
        <Button component="a" href={href} leftSection={<Download size={15} aria-hidden="true" />}>
          Download {bytesText(made.bytes)}
        </Button>
      }
    >
      <p className={styles.words}>
        <Num of={made.written} /> of <Num of={made.rows} /> rows are in <code>{made.file}</code>
        {made.refusedRows > 0 && (
          <>
            ; <Num of={made.refusedRows} /> cannot be written in this format
          </>
        )}
        .
      </p>
      <Lost made={made} />
    </Panel>
  );
}

export function Export({ set }: TabProps) {
  const [{ form = "openai-sft", file = "jsonl" }, setState] = useUrlState();
  const forms = $api.useQuery("get", "/api/v1/export-forms", {});
  const options = { profile: form, format: file };
  const { query, begin } = useLook(set.reference, "export", options);
  const about = forms.data?.profiles.find(({ name }) => name === form)?.about;
  const href = `${apiUrl}/api/v1/data/${encodeURIComponent(set.reference)}/exported?${new URLSearchParams(options).toString()}`;
  return (
    <>
      <View query={forms} lines={2}>
        {({ profiles, formats }) => (
          <div className={styles.bar}>
            <Select
              label="Written for"
              description={about}
              data={profiles.map(({ name }) => name)}
              value={form}
              searchable
              allowDeselect={false}
              inputWrapperOrder={["label", "input", "description"]}
              className={styles.form}
              onChange={(value) => setState({ form: value === "openai-sft" ? "" : (value ?? "") })}
            />
            <Select
              label="As"
              data={formats.map(({ name, about: words }) => ({ value: name, label: words }))}
              value={file}
              allowDeselect={false}
              className={styles.file}
              onChange={(value) => setState({ file: value === "jsonl" ? "" : (value ?? "") })}
            />
            {query.data?.is_whole !== true && query.data?.job_id === null && (
              <Button
                className={styles.begin ?? ""}
                loading={begin.isPending}
                onClick={() => begin.mutate(undefined)}
              >
                Check what it loses
              </Button>
            )}
          </div>
        )}
      </View>
      <View query={query} lines={3}>
        {(look) => (
          <>
            <GoingOn look={look} what="Writing rows" />
            {look.is_whole ? (
              <Made made={look.result as Exported} href={href} />
            ) : (
              look.job_id === null && (
                <Panel>
                  <Empty title="Nothing is written yet">
                    The rows are written here first, with a report of every field that the format
                    has no place for. Then you decide whether to download the file.
                  </Empty>
                </Panel>
              )
            )}
          </>
        )}
      </View>
    </>
  );
}
