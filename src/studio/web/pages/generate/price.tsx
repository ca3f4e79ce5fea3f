// What a set will cost, before anybody is asked: likely and at most, of three rows and of all. The button asks for three.
import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { Money, Num } from "../../design/numbers.tsx";
import { Facts, Panel } from "../../design/page.tsx";
import { Trouble, Waiting } from "../../design/states.tsx";
import styles from "./price.module.css";
import type { WantedSet } from "./wanted.ts";

type Estimate = components["schemas"]["SetEstimate"];

function Cost({ of, hasPrice }: { of: Estimate["set"]; hasPrice: boolean }) {
  if (!hasPrice) return <>unknown: this model has no listed price</>;
  if (of.most.dollars === 0) return <>free: it runs on this machine</>;
  return (
    <>
      about <Money of={of.likely.dollars} />, at most <Money of={of.most.dollars} />
    </>
  );
}

function Estimated({ estimate }: { estimate: Estimate }) {
  const { set, preview, has_price: hasPrice } = estimate;
  return (
    <Facts
      facts={[
        { name: "Written by", value: [estimate.provider, ...estimate.models].join(" ") },
        { name: "Three rows now", value: <Cost of={preview} hasPrice={hasPrice} /> },
        { name: "The whole dataset", value: <Cost of={set} hasPrice={hasPrice} /> },
        {
          name: "Requests",
          value: (
            <>
              <Num of={set.likely.calls} />, up to <Num of={set.most.calls} />
            </>
          ),
        },
        {
          name: "Tokens",
          value: (
            <>
              <Num of={set.likely.tokens_in} /> in, <Num of={set.likely.tokens_out} /> out
            </>
          ),
        },
      ]}
    />
  );
}

export function Price({ wanted }: { wanted: WantedSet }) {
  const navigate = useNavigate();
  const [asked] = useDebouncedValue(wanted, 350);
  const estimate = $api.useQuery(
    "post",
    "/api/v1/generator/estimate",
    { body: asked },
    { placeholderData: keepPreviousData, retry: false },
  );
  const begin = useChange(
    async () => (await api.POST("/api/v1/generator/previews", { body: wanted })).data!,
    {
      touches: ["/api/tasks", "/api/v1/jobs", "/api/datasets"],
      onDone: ({ job_id }) => void navigate({ to: `/generate/${job_id}` } as never),
    },
  );
  return (
    <Panel title="Price">
      <div className={styles.price}>
        {estimate.error !== null && (
          <Trouble error={estimate.error} onRetry={() => void estimate.refetch()} />
        )}
        {estimate.data === undefined ? (
          estimate.error === null && <Waiting />
        ) : (
          <Estimated estimate={estimate.data} />
        )}
        <Button
          fullWidth
          loading={begin.isPending}
          disabled={estimate.error !== null}
          onClick={() => begin.mutate(undefined)}
        >
          Show me three rows
        </Button>
        <p className={styles.note}>
          You pay for three rows. If you continue, they become the first rows of the dataset and are
          not paid for again.
        </p>
      </div>
    </Panel>
  );
}
