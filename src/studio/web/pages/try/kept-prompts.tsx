// Prompts that were kept: taken up again by a click, forgotten by another, which can be taken back.
import { ActionIcon, Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { X } from "lucide-react";
import { $api, api } from "../../api/client.ts";
import { refresh } from "../../api/events.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { View } from "../../design/states.tsx";
import type { Draft } from "./composer.tsx";
import styles from "./kept-prompts.module.css";

type Prompt = components["schemas"]["KeptPrompt"];

const touches = ["/api/v1/try/prompts"];

function useForget() {
  return useChange(
    async (prompt: Prompt) => {
      await api.DELETE("/api/v1/try/prompts/{id}", { params: { path: { id: prompt.id } } });
      return prompt;
    },
    {
      touches,
      onDone: ({ text, system }) => {
        const id = `forgotten-${text}`;
        const back = async (): Promise<void> => {
          notifications.hide(id);
          await api.POST("/api/v1/try/prompts", { body: { text, system } });
          refresh(...touches);
        };
        notifications.show({
          id,
          message: (
            <>
              Prompt deleted.{" "}
              <Button size="compact-xs" variant="default" onClick={() => void back()}>
                Undo
              </Button>
            </>
          ),
        });
      },
    },
  );
}

export function KeptPrompts({ onTake }: { onTake: (draft: Draft) => void }) {
  const prompts = $api.useQuery("get", "/api/v1/try/prompts", {});
  const forget = useForget();
  return (
    <View query={prompts} lines={2}>
      {({ prompts: found }) =>
        found.length === 0 ? (
          <p className={styles.none}>“Keep prompt” saves a prompt here, to ask other models too.</p>
        ) : (
          <ul className={styles.list}>
            {found.map((prompt) => (
              <li key={prompt.id} className={styles.one}>
                <button
                  type="button"
                  className={styles.text}
                  dir="auto"
                  onClick={() => onTake({ question: prompt.text, system: prompt.system })}
                >
                  {prompt.text}
                </button>
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={`Forget: ${prompt.text.slice(0, 60)}`}
                  onClick={() => forget.mutate(prompt)}
                >
                  <X size={13} aria-hidden="true" />
                </ActionIcon>
              </li>
            ))}
          </ul>
        )
      }
    </View>
  );
}
