// What happened to a job, newest last, growing as it happens.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { api } from "../../api/client.ts";
import { type JobEvent, useEvents } from "../../api/events.ts";
import { LogLines } from "../../design/log-lines.tsx";
import { Empty, View } from "../../design/states.tsx";

/** Lines that are kept on the page; older ones are told by `ft jobs show ID --log`. */
const most = 10_000;

const textOf = (data: unknown): string => {
  if (data === null || data === undefined) return "";
  return typeof data === "string" ? data : JSON.stringify(data);
};

/** Of a line of the log its own; of what went wrong, an error. */
function levelOf(type: string, data: unknown): "warn" | "error" | undefined {
  const { level } = (typeof data === "object" && data !== null ? data : {}) as { level?: unknown };
  if (level === "warn" || level === "error") return level;
  return type.endsWith("failed") ? "error" : undefined;
}

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
  if (events.length === 0) return <Empty title="Nothing is logged yet" />;
  return (
    <LogLines
      label="Log"
      lines={events.map(({ id: key, at, type, data }) => ({
        ...{ key, at, kind: type.replaceAll("-", " "), text: textOf(data) },
        level: levelOf(type, data),
      }))}
    />
  );
}
