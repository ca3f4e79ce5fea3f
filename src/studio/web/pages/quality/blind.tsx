// Twenty rows to rate without the judge's scores, one after the other, by keys; and how far both agree.
import { Button } from "@mantine/core";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { Conversation } from "../../design/conversation.tsx";
import { Facts, Panel, Progress } from "../../design/page.tsx";
import { Empty, Keys, View } from "../../design/states.tsx";
import styles from "./blind.module.css";

type Rating = components["schemas"]["QualityRating"];
type Agreement = NonNullable<Rating["agreement"]>;

const wanted = 20;
/** Fewer say nothing that would hold. */
const leastRatings = 10;
const points = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const words = (kappa: number): string =>
  kappa >= 0.8 ? "very well" : kappa >= 0.6 ? "well" : kappa >= 0.4 ? "fairly" : "hardly";

function Kappa({ of }: { of: Agreement["quadratic"] }) {
  if (of.kappa === null) return <>too few ratings</>;
  const interval =
    of.low === null || of.high === null ? "" : ` (${of.low.toFixed(2)} to ${of.high.toFixed(2)})`;
  return (
    <>
      {of.kappa.toFixed(2)}
      {interval}
    </>
  );
}

function Agreed({ agreement }: { agreement: Agreement }) {
  const { quadratic, plain, decisions, mean_difference: difference } = agreement;
  return (
    <>
      <p className={styles.verdict}>
        {quadratic.kappa === null || agreement.count < leastRatings
          ? `${agreement.count} of the ${leastRatings} ratings that a comparison needs`
          : `You and the judge agree ${words(quadratic.kappa)} on ${agreement.count} rows.`}
      </p>
      <Facts
        facts={[
          { name: "Kappa, quadratic weights", value: <Kappa of={quadratic} /> },
          { name: "Kappa, unweighted", value: <Kappa of={plain} /> },
          {
            name: `Kappa, score ${agreement.bar} or more against less`,
            value: <Kappa of={decisions} />,
          },
          {
            name: "Judge's mean minus yours",
            value: difference === null ? "–" : `${difference.toFixed(1)} points`,
          },
          {
            name: `Judge's score for your ${agreement.bar}`,
            value: agreement.bar_for_yours?.toFixed(1) ?? "too few ratings",
          },
        ]}
      />
      <p className={styles.note}>
        1 is full agreement, 0 is chance. In brackets: the 95 % bootstrap interval.
      </p>
    </>
  );
}

function Rate({ rating, id }: { rating: Rating; id: number }) {
  const [search, change] = useUrlState();
  const asked = rating.rows.findIndex((row) => String(row.id) === search["rate"]);
  const at = asked >= 0 ? asked : rating.rows.findIndex((row) => row.rating === null);
  const row = rating.rows[at < 0 ? rating.rows.length - 1 : at];
  const go = (by: number): void => {
    const next = rating.rows[Math.max(0, Math.min(rating.rows.length - 1, at + by))];
    change({ rate: next === undefined ? "" : String(next.id) });
  };
  const rate = useChange(
    async (points: number) => {
      if (row === undefined) return;
      await api.PUT("/api/v1/quality/{job_id}/rows/{row}/rating", {
        ...{ params: { path: { job_id: id, row: row.id } }, body: { rating: points } },
      });
    },
    { touches: ["/api/v1/quality"] },
  );
  const give = (point: number): void => {
    rate.mutate(point);
    if (at + 1 < rating.rows.length) go(1);
  };
  useShortcuts([
    ...points.map((point) => ({
      ...{ keys: point === 10 ? "+" : String(point), about: `${point} points` },
      run: () => give(point),
    })),
    { keys: "j", about: "Next row", run: () => go(1) },
    { keys: "k", about: "Previous row", run: () => go(-1) },
  ]);
  if (row === undefined) return <Empty title="No row is judged yet" />;
  return (
    <div className={styles.rate}>
      <p className={styles.place}>
        Row {at + 1} of {rating.rows.length}; {rating.rated} rated. How good is it as training data?
      </p>
      <div className={styles.points} role="group" aria-label="Points">
        {points.map((point) => (
          <Button
            key={point}
            size="compact-md"
            variant={row.rating === point ? "filled" : "default"}
            aria-pressed={row.rating === point}
            onClick={() => give(point)}
          >
            {point}
          </Button>
        ))}
        <span className={styles.note}>
          <Keys of="0 9" /> for 0 to 9, <Keys of="+" /> for 10
        </span>
      </div>
      <Conversation turns={row.parts.map(({ role, text }) => ({ role, text }))} />
    </div>
  );
}

export function Blind({ id }: { id: number }) {
  const rating = $api.useQuery("get", "/api/v1/quality/{job_id}/rating", {
    params: { path: { job_id: id }, query: { count: wanted } },
  });
  return (
    <div className={styles.columns}>
      <Panel title="Without the judge's scores">
        <View query={rating}>
          {(found) => (
            <>
              <Progress
                share={found.rows.length === 0 ? 0 : found.rated / found.rows.length}
                label={`${found.rated} of ${found.rows.length} rated`}
              />
              <Rate rating={found} id={id} />
            </>
          )}
        </View>
      </Panel>
      <Panel title="You and the judge">
        <View query={rating}>
          {({ agreement }) =>
            agreement === null ? (
              <Empty title="Nothing is rated yet">
                Twenty ratings show how far you can trust the judge&apos;s scores.
              </Empty>
            ) : (
              <Agreed agreement={agreement} />
            )
          }
        </View>
      </Panel>
    </div>
  );
}
