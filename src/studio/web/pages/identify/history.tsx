// The steps of a review, newest first: what was done, and what of it was taken back.
import { $api } from "../../api/client.ts";
import lines from "../../design/lines.module.css";
import { LongList } from "../../design/long-list.tsx";
import { Ago } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, Keys, Status, View } from "../../design/states.tsx";

export function History({ id }: { id: number }) {
  const steps = $api.useQuery("get", "/api/v1/reviews/{id}/steps", {
    params: { path: { id }, query: { limit: 1000 } },
  });
  return (
    <Panel title="History" isFlush>
      <View query={steps}>
        {({ steps: found }) =>
          found.length === 0 ? (
            <Empty title="Nothing yet">
              Each accepted, rejected or corrected conversation is a step. <Keys of="z" /> undoes
              the newest.
            </Empty>
          ) : (
            <LongList label="Steps" items={found} keyOf={({ id: step }) => step} estimate={40}>
              {(step) => (
                <div className={lines.line}>
                  <span>{step.action}</span>
                  <div className={lines.end}>
                    {step.is_undone && <Status of="cancelled" word="undone" />}
                    <span className={lines.small}>
                      <Ago at={step.at} />
                    </span>
                  </div>
                </div>
              )}
            </LongList>
          )
        }
      </View>
    </Panel>
  );
}
