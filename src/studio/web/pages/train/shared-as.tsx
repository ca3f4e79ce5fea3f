// What a model that is chosen can never become, told before anybody trains it for that; and a model that can.
import { UnstyledButton } from "@mantine/core";
import { $api } from "../../api/client.ts";
import styles from "./outlook.module.css";

const titles: Readonly<Record<string, string>> = {
  ...{ gguf: "GGUF", ollama: "Ollama", hf: "Transformers", mlx: "MLX", "mlx-swift": "MLX Swift" },
};

export interface SharedAsProps {
  model: string;
  onModel: (name: string) => void;
}

export function SharedAs({ model, onModel }: SharedAsProps) {
  const possible = $api.useQuery(
    "get",
    "/api/v1/share/possible",
    { params: { query: { model } } },
    { enabled: model !== "", staleTime: 600_000, retry: false },
  );
  const { problems, instead = [] } = possible.data ?? {};
  if (problems === undefined || problems === null || problems.length === 0) return null;
  const names = problems.map(({ format }) => titles[format] ?? format);
  const [first] = instead;
  return (
    <p className={`${styles.warning} ${styles.apart}`}>
      Models trained from it cannot be written for {names.join(" or ")}.
      {first !== undefined && (
        <>
          {" "}
          <UnstyledButton className={styles.use} onClick={() => onModel(first)}>
            Take {first}
          </UnstyledButton>
          , which has every form.
        </>
      )}
    </p>
  );
}
