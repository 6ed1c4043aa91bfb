/** Answers one turn later, so that a caller who aborts right after the call is refused as by a remote store. */
export async function answerLater<T>(value: T, signal: AbortSignal | undefined): Promise<T> {
  await Promise.resolve();
  signal?.throwIfAborted();
  return value;
}
