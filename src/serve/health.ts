// /health: whether the model can answer now. /metrics: what was counted.
import type { FastifyInstance } from "fastify";
import type { Served } from "./served.ts";

export function healthRoutes(app: FastifyInstance, { host, metrics, gate }: Served): void {
  metrics.gauge("ft_open_requests", "Requests being answered or waiting.", () => gate.open);
  metrics.gauge("ft_model_up", "1 while the model can answer.", () => Number(host.isReady));
  metrics.gauge("ft_model_restarts", "Number of times the model process was restarted.", () => {
    return host.restarts;
  });
  metrics.gauge("ft_loaded_adapters", "Number of loaded adapters.", () => host.adapters.size);
  metrics.gauge(
    "process_resident_memory_bytes",
    "Resident memory of the server process in bytes.",
    () => {
      return process.memoryUsage.rss();
    },
  );
  app.get("/health", (_, reply) => {
    const status = host.isReady ? "ok" : "starting";
    return reply.code(host.isReady ? 200 : 503).send({ status });
  });
  app.get("/metrics", (_, reply) => {
    return reply
      .header("content-type", "text/plain; version=0.0.4; charset=utf-8")
      .send(metrics.text());
  });
}
