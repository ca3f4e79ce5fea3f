// All rows looked through: what is known now, and a function that begins. A job that goes on tells how far it is.
import { useCallback } from "react";
import { $api, api } from "../../api/client.ts";
import { type JobEvent, refresh, useEvents } from "../../api/events.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";

export type Look = components["schemas"]["Look"];

export function useLook(reference: string, look: string, options: Record<string, unknown> = {}) {
  const params = {
    path: { set: reference, look },
    query: { options: JSON.stringify(options) },
  };
  const query = $api.useQuery("get", "/api/v1/data/{set}/looks/{look}", { params });
  const job = query.data?.job_id ?? undefined;
  useEvents(
    useCallback(
      ({ job_id: of }: JobEvent) => {
        if (of === job) refresh("/api/v1/data/{set}/looks");
      },
      [job],
    ),
  );
  const begin = useChange(
    async () => {
      const path = { set: reference, look };
      const body = { options };
      return await api.POST("/api/v1/data/{set}/looks/{look}", { params: { path }, body });
    },
    { touches: ["/api/v1/data/{set}/looks", "/api/v1/jobs"] },
  );
  return { query, begin };
}
