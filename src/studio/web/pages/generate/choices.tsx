// One of several, as cards: radio buttons that say what each choice is.
import type { ReactNode } from "react";
import styles from "./choices.module.css";

export interface Choice {
  key: string;
  title: string;
  about: string;
  side?: ReactNode;
}

export function Choices({ name, choices, chosen, isWide = false, onChoose }: ChoicesProps) {
  return (
    <fieldset className={styles.choices} data-wide={isWide}>
      <legend className={styles.legend}>{name}</legend>
      {choices.map(({ key, title, about, side }) => (
        <label key={key} className={styles.choice} data-chosen={key === chosen}>
          <input
            type="radio"
            name={name}
            value={key}
            checked={key === chosen}
            className={styles.input}
            onChange={() => onChoose(key)}
          />
          <span className={styles.title}>{title}</span>
          <span className={styles.about}>{about}</span>
          {side !== undefined && <span className={styles.side}>{side}</span>}
        </label>
      ))}
    </fieldset>
  );
}

interface ChoicesProps {
  name: string;
  choices: readonly Choice[];
  chosen: string | undefined;
  /** Cards with more to say. */
  isWide?: boolean;
  onChoose: (key: string) => void;
}
