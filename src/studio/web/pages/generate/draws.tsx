// What is drawn for each row, with how often: bars of the weights, and fields for whoever wants others.
import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";
import styles from "./draws.module.css";
import type { Domain, Weights } from "./wanted.ts";

type Parameter = Domain["parameters"][number];

const words = (name: string): string => name.replaceAll("_", " ");

interface DrawProps {
  parameter: Parameter;
  /** What stands in the place of the domain's own. */
  weights: Record<string, number>;
  onChange: (weights: Record<string, number>) => void;
}

function Bar({ values }: { values: readonly { name: string; weight: number }[] }) {
  return (
    <div className={styles.bar} aria-hidden="true">
      {values.map(({ name, weight }, at) => (
        <span
          key={name}
          className={styles.part}
          data-series={(at % 8) + 1}
          style={{ flexGrow: weight }}
        />
      ))}
    </div>
  );
}

function Draw({ parameter, weights, onChange }: DrawProps) {
  const [isOpen, setOpen] = useState(false);
  const values = parameter.values.map((value) => ({
    ...value,
    weight: weights[value.name] ?? value.weight,
  }));
  const sum = values.reduce((all, { weight }) => all + weight, 0);
  const isOwn = Object.keys(weights).length > 0;
  return (
    <li className={styles.draw}>
      <div className={styles.head}>
        <span className={styles.name}>{words(parameter.name)}</span>
        <span className={styles.says}>{parameter.says}</span>
        {isOwn && (
          <Button size="compact-xs" variant="subtle" onClick={() => onChange({})}>
            Reset
          </Button>
        )}
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={isOpen}
          aria-label={`Change the weights of ${words(parameter.name)}`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "Done" : "Change"}
        </Button>
      </div>
      <Bar values={values} />
      <ul className={styles.values}>
        {values.map(({ name, weight, says }, at) => (
          <li key={name} title={says} className={styles.value} data-none={weight === 0}>
            <span className={styles.dot} data-series={(at % 8) + 1} aria-hidden="true" />
            {words(name)}
            {isOpen ? (
              <NumberInput
                size="xs"
                w="5rem"
                min={0}
                max={1000}
                aria-label={`Weight of ${words(name)}`}
                value={weight}
                onChange={(next) => onChange({ ...weights, [name]: Number(next) || 0 })}
              />
            ) : (
              <span className={styles.share}>
                {sum === 0 ? 0 : Math.round((100 * weight) / sum)} %
              </span>
            )}
          </li>
        ))}
      </ul>
    </li>
  );
}

export function Draws({ parameters, weights, onChange }: DrawsProps) {
  const set = (name: string, values: Record<string, number>): void => {
    const { [name]: _, ...others } = weights;
    onChange(Object.keys(values).length === 0 ? others : { ...others, [name]: values });
  };
  return (
    <ul className={styles.draws}>
      {parameters.map((parameter) => (
        <Draw
          key={parameter.name}
          parameter={parameter}
          weights={weights[parameter.name] ?? {}}
          onChange={(values) => set(parameter.name, values)}
        />
      ))}
    </ul>
  );
}

interface DrawsProps {
  parameters: readonly Parameter[];
  weights: Weights;
  onChange: (weights: Weights) => void;
}
