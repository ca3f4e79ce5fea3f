// /metrics: what was counted, for whoever watches the server.
import { defineRoute, type RouteGroup, TextAnswer } from "../route.ts";

const metrics = defineRoute({
  method: "GET",
  path: "/metrics",
  about: "Get metrics for Prometheus: requests, jobs, units, calls, costs, memory",
  answers: { 200: { type: "text/plain", about: "Prometheus text format 0.0.4" } },
  run: async ({ store, startedAt, metrics: counted }) =>
    new TextAnswer({
      text: await counted.text(store, startedAt),
      type: "text/plain; version=0.0.4; charset=utf-8",
    }),
});

export const metricsRoutes: RouteGroup = {
  name: "metrics",
  about: "Metrics of the server",
  routes: [metrics],
};
