// A change asked of the API by a button: what went wrong is said where the person looks, what it touched is read again, and
// two clicks ask for it once.
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { refresh } from "./events.ts";
import { ApiFault } from "./fault.ts";
import { Once } from "./once.ts";

export interface ChangeOptions<Answer> {
  /** Beginnings of the paths whose answers it changes. */
  touches: readonly string[];
  /** Said when it is done. */
  done?: (answer: Answer) => string;
  onDone?: (answer: Answer) => void;
  onFault?: () => void;
  /** The same once more means one step more, as undo does. */
  isStep?: boolean;
}

export function useChange<Variables, Answer>(
  change: (variables: Variables) => Promise<Answer>,
  { touches, done, onDone, onFault, isStep = false }: ChangeOptions<Answer>,
) {
  const [once] = useState(() => new Once());
  const mutation = useMutation<Answer, Error, Variables>({
    mutationFn: change,
    onSuccess: (answer) => {
      refresh(...touches);
      if (done !== undefined) notifications.show({ message: done(answer) });
      onDone?.(answer);
    },
    onError: (error) => {
      onFault?.();
      const { message, hint } = ApiFault.of(error);
      notifications.show({ color: "red", title: message, message: hint ?? "", autoClose: 10_000 });
    },
  });
  const { mutate: send } = mutation;
  const mutate = useCallback(
    (variables: Variables): void => {
      if (isStep) return send(variables);
      // the address too says what it is about: the same of the next row is something else
      const ended = once.begin([location.href, variables]);
      if (ended === undefined) return;
      send(variables, { onSettled: (_answer, error) => ended(error === null) });
    },
    [isStep, once, send],
  );
  return { ...mutation, mutate };
}

/** For a button that brings the next thing to the place of this one: false for the second of two clicks, as that was not
 * for what has come. */
export function useMeant(): () => boolean {
  const [once] = useState(() => new Once());
  return useCallback(() => {
    const ended = once.begin("click");
    ended?.(true);
    return ended !== undefined;
  }, [once]);
}
