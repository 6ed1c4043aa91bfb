import { describe, expect, test } from 'vitest';
import { describeError } from '../../../driver/cli/describe-error.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';

/** An error without frames: what they show depends on where the test stands. */
function plain<E extends Error>(error: E): E {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

describe('what a person sees of a failure', () => {
  test("levin's message with its code, then the causes", () => {
    const cause = plain(new RangeError('five is right out'));
    const error = plain(new LevinError({ code: 'TASK_FAILED', fault: 'user', message: 'count: task 2 failed.', cause }));
    expect(describeError(error)).toBe('levin: count: task 2 failed. [TASK_FAILED]\ncaused by RangeError: five is right out');
  });

  test('the same message once, with the frames of the user', () => {
    const cause = plain(new LevinError({ code: 'NOT_A_PAIR', fault: 'user', message: 'A record is no pair.' }));
    const message = 'count: task 0 failed 4 times, last with: A record is no pair.';
    const error = plain(new LevinError({ code: 'NOT_A_PAIR', fault: 'user', message, cause }));
    expect(describeError(error)).toBe(`levin: ${message} [NOT_A_PAIR]`);
    const thrown = plain(new RangeError('five is right out'));
    thrown.stack = 'RangeError: five is right out\n    at f (/p/job.ts:3:4)';
    const wrapped = plain(
      new LevinError({ code: 'USER_ERROR', fault: 'user', message: 'map failed: RangeError: five is right out', cause: thrown }),
    );
    expect(describeError(wrapped)).toBe(
      'levin: map failed: RangeError: five is right out [USER_ERROR]\ncaused by RangeError: five is right out\n    at f (/p/job.ts:3:4)',
    );
  });

  test('both errors when closing fails, too', () => {
    const error = plain(new SuppressedError(plain(new Error('a worker hangs')), plain(new TypeError('x is undefined')), 'suppressed'));
    expect(describeError(error)).toBe(
      'SuppressedError: suppressed\nfirst TypeError: x is undefined\nthen, while closing, Error: a worker hangs',
    );
  });

  test('each of several errors', () => {
    const error = plain(new AggregateError([plain(new Error('a')), plain(new Error('b'))], 'all failed'));
    expect(describeError(error)).toBe('AggregateError: all failed\none of them Error: a\none of them Error: b');
  });

  test('a cause that leads back to its error, and a value that is none', () => {
    const error = plain(new Error('round'));
    error.cause = error;
    expect(describeError(error)).toBe('Error: round');
    expect(describeError('just text')).toBe('levin: the job threw a value that is not an Error: just text');
  });
});
