// Rows that are not in the set: who took each, why, and back again with one button.
import { Button } from "@mantine/core";
import { useState } from "react";
import { $api, api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { Link } from "../../app/link.tsx";
import { Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./left-out.module.css";
import { addressOf, touched } from "./queries.ts";
import type { TabProps } from "./set.tsx";

export function LeftOut({ set }: TabProps) {
  const [shown, setShown] = useState(100);
  const left = $api.useQuery("get", "/api/v1/data/{set}/left-out", {
    params: { path: { set: set.reference }, query: { limit: Math.min(1000, shown) } },
  });
  const back = useChange(
    async (row: string) => {
      const params = { path: { set: set.reference } };
      return await api.POST("/api/v1/data/{set}/bring-back", { params, body: { rows: [row] } });
    },
    { touches: touched, done: () => "The row is back" },
  );
  return (
    <View query={left} lines={6}>
      {({ rows, total, next }) =>
        rows.length === 0 ? (
          <Panel>
            <Empty title="Nothing was left out">
              Rows that an import could not use, that quality control or a person took out, and
              duplicates stand here with their reasons.
            </Empty>
          </Panel>
        ) : (
          <Panel title={`${total.toLocaleString("en")} rows left out`} isFlush>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th>Row</th>
                  <th>Taken by</th>
                  <th>Why</th>
                  <th>What it says</th>
                  <th>Back</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ at, step, why, asked, back: key }) => (
                  <tr key={`${step}${at}`}>
                    <td className={styles.number}>
                      {step === "import" ? (
                        <>line {at}</>
                      ) : set.kind === "numbered" ? (
                        <Link to={`${addressOf(set.reference)}?tab=rows&status=removed&row=${at}`}>
                          <Num of={at + 1} />
                        </Link>
                      ) : (
                        <Num of={at + 1} />
                      )}
                    </td>
                    <td className={styles.step}>{step}</td>
                    <td className={styles.why}>{why}</td>
                    <td dir="auto" className={styles.text}>
                      {asked}
                    </td>
                    <td>
                      {key !== null && (
                        <Button
                          size="compact-xs"
                          variant="default"
                          loading={back.isPending && back.variables === key}
                          onClick={() => back.mutate(key)}
                        >
                          Bring back
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {next !== null && shown < 1000 && (
              <Button variant="subtle" fullWidth onClick={() => setShown(shown + 200)}>
                Show more
              </Button>
            )}
          </Panel>
        )
      }
    </View>
  );
}
