// A change asked of the API by a button: what went wrong is said where the person looks, what it touched is read again.
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { refresh } from "./events.ts";
import { ApiFault } from "./fault.ts";

export interface ChangeOptions<Answer> {
  /** Beginnings of the paths whose answers it changes. */
  touches: readonly string[];
  /** Said when it is done. */
  done?: (answer: Answer) => string;
  onDone?: (answer: Answer) => void;
}

export function useChange<Variables, Answer>(
  change: (variables: Variables) => Promise<Answer>,
  { touches, done, onDone }: ChangeOptions<Answer>,
) {
  return useMutation<Answer, Error, Variables>({
    mutationFn: change,
    onSuccess: (answer) => {
      refresh(...touches);
      if (done !== undefined) notifications.show({ message: done(answer) });
      onDone?.(answer);
    },
    onError: (error) => {
      const { message, hint } = ApiFault.of(error);
      notifications.show({ color: "red", title: message, message: hint ?? "", autoClose: 10_000 });
    },
  });
}
