/** What a loop over a user's iterable holds. */
export interface OpenIterator {
  next(): unknown;
  return?(): unknown;
}

/** null: not iterable. An asynchronous iterator gives promises: native ones, whatever it is made of. */
export function iteratorOf(result: unknown): OpenIterator | null {
  if (result === null || result === undefined) return null;
  const iterable = result as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  if (typeof iterable[Symbol.asyncIterator] === 'function') {
    const iterator = (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return { next: () => Promise.resolve(iterator.next()), return: () => Promise.resolve(iterator.return?.()) };
  }
  return typeof iterable[Symbol.iterator] === 'function' ? (iterable as Iterable<unknown>)[Symbol.iterator]() : null;
}

/** A generator in place of the one given, which ends where that fails, after `onFailure`; anything else unchanged. */
export function endingAtFailure(result: unknown, onFailure: (thrown: unknown) => void): unknown {
  const isGenerator = typeof result === 'object' && result !== null && 'next' in result && typeof result.next === 'function';
  const iterator = isGenerator ? iteratorOf(result) : null;
  if (iterator === null) return result;
  const end = (thrown: unknown): IteratorResult<unknown> => {
    onFailure(thrown);
    return { done: true, value: undefined };
  };
  const guarded = {
    next() {
      try {
        const next = iterator.next();
        return next instanceof Promise ? next.catch(end) : next;
      } catch (thrown) {
        return end(thrown);
      }
    },
    return: () => iterator.return?.() ?? { done: true },
    [Symbol.iterator]: () => guarded,
  };
  return guarded;
}
