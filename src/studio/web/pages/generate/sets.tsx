// Sets that were begun here: those that wait for a word first in mind, each a link to where it stands.
import { $api } from "../../api/client.ts";
import { Link } from "../../app/link.tsx";
import lines from "../../design/lines.module.css";
import { Ago, Count } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, Status, View } from "../../design/states.tsx";

const shown = 8;

export function Sets() {
  const tasks = $api.useQuery("get", "/api/tasks", {
    params: { query: { type: "generation", limit: shown } },
  });
  return (
    <Panel title="Earlier generations" isFlush>
      <View query={tasks}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="None yet">
              Datasets that you start appear here, so that you can continue.
            </Empty>
          ) : (
            <ul className={lines.lines}>
              {found.map((task) => (
                <li key={task.id} className={lines.line}>
                  <div className={lines.words}>
                    <Link to={`/generate/${task.id}`} className={lines.name}>
                      {task.title}
                    </Link>
                    <span className={lines.small}>
                      <Count of={task.examples_generated} what="row" />,{" "}
                      <Ago at={task.created_at} />
                    </span>
                  </div>
                  <Status
                    of={task.is_paused ? "paused" : task.status}
                    {...(task.is_paused && { word: "waits" })}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </View>
    </Panel>
  );
}
