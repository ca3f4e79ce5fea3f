// What happened to a job, newest last, growing as it happens.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { api } from "../../api/client.ts";
import { type JobEvent, useEvents } from "../../api/events.ts";
import { Empty, View } from "../../design/states.tsx";
import styles from "./job.module.css";

/** Lines that are kept on the page; older ones are told by `ft jobs show ID --log`. */
const most = 500;

const textOf = (data: unknown): string => {
  if (data === null || data === undefined) return "";
  return typeof data === "string" ? data : JSON.stringify(data);
};

async function readLog(id: string): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  for (let after = 0; ;) {
    const params = { path: { id }, query: { after, limit: 1000 } };
    const { data } = await api.GET("/api/v1/jobs/{id}/log", { params });
    const page = (data?.events ?? []) as JobEvent[];
    events.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < 1000) return events.slice(-most);
    after = last.id;
  }
}

export function JobLog({ id }: { id: string }) {
  const log = useQuery({ queryKey: ["log", "/log", id], queryFn: async () => await readLog(id) });
  const [later, setLater] = useState<JobEvent[]>([]);
  useEvents(
    useCallback(
      (event) => {
        if (event.job_id === id) setLater((known) => [...known, event].slice(-most));
      },
      [id],
    ),
  );
  if (log.data === undefined) return <View query={log}>{() => null}</View>;
  const last = log.data.at(-1)?.id ?? 0;
  const events = [...log.data, ...later.filter((event) => event.id > last)].slice(-most);
  if (events.length === 0) return <Empty title="Nothing has happened to it yet" />;
  return (
    <div className={styles.log} tabIndex={0} role="log" aria-label="Log">
      {events.map((event) => (
        <div key={event.id} className={styles.event}>
          <time dateTime={event.at} className={styles.at}>
            {new Date(event.at).toLocaleTimeString("en", { hour12: false })}
          </time>
          <span>{event.type.replaceAll("-", " ")}</span>
          <span className={styles.data}>{textOf(event.data)}</span>
        </div>
      ))}
    </div>
  );
}
