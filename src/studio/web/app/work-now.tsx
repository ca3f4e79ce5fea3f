// At the foot of the navigation: the job in hand and how far it is, and the machine's memory.
import { $api } from "../api/client.ts";
import { bytesText } from "../design/numbers.tsx";
import { Meter, Progress } from "../design/page.tsx";
import { shortPaths } from "../design/short-paths.ts";
import { Link } from "./link.tsx";
import styles from "./work-now.module.css";

/** Milliseconds between two looks at the machine: nothing tells of it. */
const every = 10_000;

function Working() {
  const { data } = $api.useQuery("get", "/api/v1/jobs", {
    params: { query: { status: "running", limit: 20 } },
  });
  const jobs = data?.jobs ?? [];
  const [job] = jobs;
  if (job === undefined) return null;
  const { total, done, failed } = job.units;
  const share = total > 1 ? (done + failed) / total : null;
  return (
    <Link to={`/jobs/${job.id}`} className={styles.job}>
      <span className={styles.title} title={job.title}>
        {shortPaths(job.title)}
      </span>
      <Progress share={share} label={job.title} />
      {jobs.length > 1 && <span className={styles.more}>and {jobs.length - 1} more</span>}
    </Link>
  );
}

export function WorkNow() {
  const { data } = $api.useQuery("get", "/api/system/status", {}, { refetchInterval: every });
  return (
    <>
      <Working />
      {data !== undefined && (
        <Meter
          name="Memory"
          value={data.memory.used}
          most={data.memory.total}
          text={`${bytesText(data.memory.available)} free`}
        />
      )}
    </>
  );
}
