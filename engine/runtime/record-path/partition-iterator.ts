import type { OperationRef } from '../user-function.ts';
import { type Batch, MAX_BATCH, type RecordStream } from './record-stream.ts';
import { markSettled, promiseInIteration, type TaskPlace } from './user-error.ts';

/**
 * The iterator that a user function of a whole partition gets: lazy, with the methods of every JavaScript iterator, and also for
 * `for await`, where it waits for what an operation before it promises.
 */
export type PartitionIterator = IteratorObject<unknown, undefined> & AsyncIterable<unknown>;

export function partitionIterator(input: RecordStream, ref: OperationRef, place: TaskPlace): PartitionIterator {
  let batch: Batch = [];
  let at = 0;
  let ended = false;
  // Small at first: a function that looks at a few records only must not have a whole batch computed.
  let asked = 1;

  const pull = (): Batch | null | Promise<Batch | null> => {
    if (ended) return null;
    const max = asked;
    asked = Math.min(asked * 2, MAX_BATCH);
    try {
      return input.pull(max);
    } catch (error) {
      throw markSettled(error);
    }
  };
  const accept = (next: Batch | null): boolean => {
    ended = next === null;
    batch = next ?? [];
    at = 0;
    return !ended;
  };
  const stop = (): IteratorReturnResult<undefined> => {
    ended = true;
    batch = [];
    at = 0;
    return { done: true, value: undefined };
  };

  const sync: Pick<Iterator<unknown, undefined>, 'next' | 'return'> = {
    next() {
      if (at >= batch.length) {
        const next = pull();
        if (next instanceof Promise) {
          next.catch(() => undefined);
          throw promiseInIteration(ref, place);
        }
        if (!accept(next)) return stop();
      }
      return { done: false, value: batch[at++] };
    },
    return: stop,
  };
  const nextAsync = async (): Promise<IteratorResult<unknown, undefined>> => {
    if (at >= batch.length) {
      const next = await Promise.resolve(pull()).catch((error: unknown) => {
        throw markSettled(error);
      });
      if (!accept(next)) return stop();
    }
    return { done: false, value: batch[at++] };
  };
  // Calls that do not wait for each other are answered in order, as an async generator's are.
  let last: Promise<unknown> = Promise.resolve();
  const async: AsyncIterator<unknown, undefined> = {
    next() {
      const answer = last.then(nextAsync);
      last = answer.catch(() => undefined);
      return answer;
    },
    return: async () => stop(),
  };
  return Object.assign(Object.create(Iterator.prototype) as IteratorObject<unknown, undefined>, sync, {
    [Symbol.asyncIterator]: () => async,
  });
}
