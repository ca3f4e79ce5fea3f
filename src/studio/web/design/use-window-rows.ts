// Long lists that scroll with the page: of many lines only those near the window stand in the document, with room for the
// others before and after. Short lists stand there whole, so that a browser's own search finds all of them.
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useCallback, useLayoutEffect, useState } from "react";

/** Lines that are no burden. */
const few = 80;

export interface WindowRows {
  /** For the element that holds the lines. */
  frame: Ref<never>;
  /** Places of those that stand in the document. */
  places: readonly number[];
  /** Pixels of those before and after. */
  before: number;
  after: number;
  /** For each line, which has `data-index` with its place: heights may differ. */
  measure: ((element: Element | null) => void) | undefined;
  show: (place: number) => void;
}

/** `height`: of a line, in pixels, before it has been measured. */
export function useWindowRows(count: number, height: number): WindowRows {
  const [element, setElement] = useState<Element | null>(null);
  const [top, setTop] = useState(0);
  const isLong = count > few;
  // oxlint-disable-next-line react/incompatible-library -- it changes as it is scrolled, and nothing of it is remembered
  const virtual = useWindowVirtualizer<Element>({
    ...{ count, estimateSize: () => height, overscan: 12, scrollMargin: top, enabled: isLong },
  });
  // what stands above may grow and shrink: the body does so with it
  useLayoutEffect(() => {
    if (element === null) return undefined;
    const look = (): void =>
      setTop(Math.round(element.getBoundingClientRect().top + window.scrollY));
    const watch = new ResizeObserver(look);
    watch.observe(document.body);
    look();
    return () => watch.disconnect();
  }, [element]);
  const show = useCallback(
    (place: number) => {
      if (isLong) virtual.scrollToIndex(place, { align: "auto" });
      else
        element
          ?.querySelector(`[data-index="${place}"]`)
          ?.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
    [element, isLong, virtual],
  );
  const frame = setElement as unknown as Ref<never>;
  if (!isLong) {
    const places = Array.from({ length: count }, (_, place) => place);
    return { frame, places, before: 0, after: 0, measure: undefined, show };
  }
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  return {
    ...{ frame, show, measure: virtual.measureElement },
    places: items.map(({ index }) => index),
    before: first === undefined ? 0 : first.start - top,
    after: last === undefined ? 0 : Math.max(0, virtual.getTotalSize() - (last.end - top)),
  };
}
