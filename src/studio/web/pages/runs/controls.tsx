// How curves are drawn, kept in the address: over what, how smooth, on which scale.
import { SegmentedControl, Slider, Switch } from "@mantine/core";
import { useUrlState } from "../../app/url-state.ts";
import styles from "./controls.module.css";
import { axes, type Axis, type HowDrawn } from "./figures.ts";

const isAxis = (text: string | undefined): text is Axis =>
  (axes as readonly (string | undefined)[]).includes(text);

export interface Drawing extends HowDrawn {
  isLog: boolean;
}

export function useDrawing(): Drawing {
  const [{ axis, smooth, log }] = useUrlState();
  const share = Number(smooth ?? 60);
  return {
    axis: isAxis(axis) ? axis : "step",
    smoothing: Math.min(Math.max(Number.isFinite(share) ? share : 60, 0), 99) / 100,
    isLog: log === "1",
  };
}

export function CurveControls() {
  const { axis, smoothing, isLog } = useDrawing();
  const [, setState] = useUrlState();
  return (
    <div className={styles.controls}>
      <SegmentedControl
        size="xs"
        aria-label="Horizontal axis"
        value={axis}
        onChange={(value) => setState({ axis: value === "step" ? undefined : value })}
        data={axes.map((value) => ({ value, label: value }))}
      />
      <div className={styles.smooth}>
        <span id="smoothing">Smoothing</span>
        <Slider
          className={styles.slider}
          size="sm"
          {...{ min: 0, max: 99, value: Math.round(smoothing * 100), label: null }}
          thumbProps={{ "aria-labelledby": "smoothing" }}
          onChange={(value) => setState({ smooth: String(value) })}
        />
      </div>
      <Switch
        size="xs"
        label="Log scale"
        checked={isLog}
        onChange={(event) => setState({ log: event.currentTarget.checked ? "1" : undefined })}
      />
    </div>
  );
}
