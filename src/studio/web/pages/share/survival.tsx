// How much of a training is left after rounding: in all, in answers where some were asked, and layer by layer, the ones
// that lost most first.
import { Meter } from "../../design/page.tsx";
import styles from "./survival.module.css";

export interface Survival {
  /** Of the update along itself: 1 is all of it. */
  kept: number;
  /** Beside it, of its length. */
  noise: number;
  layers: readonly { layer: string; kept: number; noise: number }[];
  answers?: { samples: number; base: number; adapter: number; merged: number } | null;
  lost?: boolean;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const shownLayers = 6;

/** How far rounding goes beside the update, against the update's own length. */
const roundingText = (noise: number): string =>
  noise < 1
    ? `Rounding moves the weights by ${percent(noise)} of the distance that training moved them.`
    : `Rounding moves the weights ${noise.toFixed(1)} times as far as training did.`;

export function SurvivalView({ survival }: { survival: Survival }) {
  const { kept, noise, layers, answers, lost } = survival;
  const worst = layers.toSorted((a, b) => a.kept - b.kept).slice(0, shownLayers);
  return (
    <section className={styles.survival} aria-label="How much of the training survives">
      <Meter name="Training kept" value={kept} most={1} text={percent(kept)} />
      <p className={styles.words}>
        {roundingText(noise)}
        {kept > 1 &&
          " Above 100 %: rounding by chance also moved the weights in the direction of training."}
        {lost === true && (
          <strong>
            {" "}
            The result is nearer to the base than to the trained model: the training is lost.
          </strong>
        )}
      </p>
      {noise >= 1 && lost !== true && (
        <p className={styles.words} role="status">
          <strong>The training may no longer show in its answers.</strong> More bits keep more.
          Compare both under Try or Evaluate before you share it.
        </p>
      )}
      {answers !== undefined && answers !== null && (
        <p className={styles.words}>
          Correct answers of {answers.samples}: base {percent(answers.base)}, with the adapter{" "}
          {percent(answers.adapter)}, written {percent(answers.merged)}.
        </p>
      )}
      {worst.length > 0 && (
        <details>
          <summary>
            The {worst.length} of {layers.length} layers that kept the least
          </summary>
          <div className={styles.layers}>
            {worst.map(({ layer, kept: share }) => (
              <Meter key={layer} name={layer} value={share} most={1} text={percent(share)} />
            ))}
          </div>
        </details>
      )}
    </section>
  );
}
