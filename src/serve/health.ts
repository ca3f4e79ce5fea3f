// /health: whether the model can answer now. /metrics: what was counted.
import type { FastifyInstance } from "fastify";
import type { Served } from "./served.ts";

export function healthRoutes(app: FastifyInstance, { host, metrics, gate }: Served): void {
  metrics.gauge("ft_open_requests", "Requests that are answered or wait.", () => gate.open);
  metrics.gauge("ft_model_up", "1 while the model can answer.", () => Number(host.isReady));
  metrics.gauge("ft_model_restarts", "How often the model's process was started again.", () => {
    return host.restarts;
  });
  metrics.gauge("ft_loaded_adapters", "Adapters that are loaded.", () => host.adapters.size);
  metrics.gauge("process_resident_memory_bytes", "Memory of the server's process.", () => {
    return process.memoryUsage.rss();
  });
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
