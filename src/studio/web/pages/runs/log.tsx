// What happened in a run, line by line; the newest below.
import { $api } from "../../api/client.ts";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./log.module.css";

export function RunLog({ id }: { id: string }) {
  const log = $api.useQuery("get", "/api/v1/runs/{id}/log", { params: { path: { id } } });
  return (
    <Panel title="Log" isFlush>
      <View query={log}>
        {({ lines, total }) =>
          lines.length === 0 ? (
            <Empty title="Nothing has happened yet" />
          ) : (
            <>
              {total > lines.length && (
                <p className={styles.more}>
                  The last {lines.length} of {total} lines
                </p>
              )}
              <ol className={styles.lines}>
                {lines.map(({ at, level, text }, place) => (
                  <li key={place} data-level={level}>
                    <time dateTime={at}>{new Date(at).toLocaleTimeString("en-GB")}</time>
                    <span dir="auto">{text}</span>
                  </li>
                ))}
              </ol>
            </>
          )
        }
      </View>
    </Panel>
  );
}
