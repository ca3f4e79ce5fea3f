// What happened in a run, line by line; the newest below.
import { $api } from "../../api/client.ts";
import { LogLines } from "../../design/log-lines.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./log.module.css";

/** Lines that are asked for: few while each step brings more, all that anybody reads when it has ended. */
const most = { running: 500, ended: 10_000 } as const;

export function RunLog({ id, isRunning }: { id: string; isRunning: boolean }) {
  const limit = isRunning ? most.running : most.ended;
  const log = $api.useQuery("get", "/api/v1/runs/{id}/log", {
    params: { path: { id }, query: { limit } },
  });
  return (
    <Panel title="Log" isFlush>
      <View query={log}>
        {({ lines, total }) =>
          lines.length === 0 ? (
            <Empty title="Nothing is logged yet" />
          ) : (
            <>
              {total > lines.length && (
                <p className={styles.more}>
                  The last {lines.length} of {total} lines
                </p>
              )}
              <LogLines
                label="Log of the run"
                lines={lines.map((line, place) => ({ ...line, key: total - lines.length + place }))}
              />
            </>
          )
        }
      </View>
    </Panel>
  );
}
