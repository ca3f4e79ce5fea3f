// Tells whoever keeps files in step in this process that rows have come, so that they need not wait for the next look.

const listeners = new Set<() => void>();

export function onAppended(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function tellAppended(): void {
  for (const listener of listeners) listener();
}
