/** Runs a shipped or unshipped function and takes iterables apart, so that the result is data. */
export async function runForResult(fn: (...args: unknown[]) => unknown, args: readonly unknown[]): Promise<unknown> {
  const result: unknown = await fn(...args);
  if (typeof result !== 'object' || result === null || !('next' in result)) return result;
  const items: unknown[] = [];
  for await (const item of result as unknown as AsyncIterable<unknown>) items.push(item);
  return items;
}
