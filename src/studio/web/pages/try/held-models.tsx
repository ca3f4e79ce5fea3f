// What is held in memory to answer, and a button that frees it.
import { Button } from "@mantine/core";
import { $api, api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import styles from "./held-models.module.css";

export function HeldModels() {
  const held = $api.useQuery("get", "/api/v1/try/models", {});
  const free = useChange(async () => await api.DELETE("/api/v1/try/models"), {
    touches: ["/api/v1/try/models"],
    done: () => "Memory freed; the next question loads the model again",
  });
  const models = held.data?.models ?? [];
  if (models.length === 0) return null;
  const words = models.map(({ base, adapters }) => {
    const name = base.split("/").slice(-2).join("/");
    const more = adapters.length === 1 ? "1 adapter" : `${adapters.length} adapters`;
    return adapters.length === 0 ? name : `${name} with ${more}`;
  });
  return (
    <div className={styles.held}>
      <span>In memory: {words.join(", ")}. Unused for ten minutes, it is unloaded.</span>
      <Button
        size="compact-xs"
        variant="default"
        loading={free.isPending}
        onClick={() => free.mutate(undefined)}
      >
        Free memory
      </Button>
    </div>
  );
}
