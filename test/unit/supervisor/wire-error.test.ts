import { describe, expect, test } from 'vitest';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { failureOf } from '../../../engine/runtime/worker/task-failure.ts';
import { toWireError } from '../../../engine/runtime/worker/wire-error.ts';

describe('an error as data', () => {
  test('keeps name, message, code, cause and own fields', () => {
    const error = Object.assign(new RangeError('too far', { cause: new Error('because') }), { code: 'E_FAR', row: { id: 7 } });
    expect(toWireError(error)).toEqual({
      name: 'RangeError',
      message: 'too far',
      stack: expect.stringContaining('wire-error.test.ts'),
      code: 'E_FAR',
      cause: {
        name: 'Error',
        message: 'because',
        stack: expect.stringContaining('wire-error.test.ts'),
        code: null,
        cause: null,
        fields: {},
      },
      fields: { row: { id: 7 } },
    });
  });

  test.for([
    ['a string', 'gone', 'a value that is not an Error was thrown: "gone"'],
    ['undefined', undefined, 'a value that is not an Error was thrown: undefined'],
    ['null', null, 'a value that is not an Error was thrown: null'],
    ['a symbol', Symbol('s'), 'a value that is not an Error was thrown: Symbol(s)'],
    ['a bigint', 3n, 'a value that is not an Error was thrown: 3'],
    ['an object', { status: 404 }, 'a value that is not an Error was thrown: {"status":404}'],
    ['an object with a bigint', { n: 1n }, 'a value that is not an Error was thrown: [object Object]'],
  ])('tells that %s was thrown', ([, thrown, message]) => {
    expect(toWireError(thrown)).toEqual({ name: 'Error', message, stack: null, code: null, cause: null, fields: {} });
  });

  test('survives errors made to break it', () => {
    const unreadable = new Proxy(new Error('x'), {
      get() {
        throw new Error('no');
      },
    });
    expect(toWireError(unreadable).message).toBe('an error whose properties cannot be read was thrown');
    const circular: Error & { self?: unknown } = new Error('round');
    circular.self = circular;
    circular.cause = circular;
    const wire = toWireError(circular);
    expect(wire.fields).toEqual({});
    expect(depthOf(wire)).toBe(9);
    const huge = toWireError(Object.assign(new Error('m'.repeat(100_000)), { data: 'd'.repeat(100_000), small: 1 }));
    expect(huge.message).toMatch(/^m{16384}… \(83616 more characters\)$/);
    expect(huge.fields).toEqual({ small: 1 });
  });
});

describe('a failure by what was thrown', () => {
  const levin = (code: string, fault: 'user' | 'resource' | 'transient' | 'internal', details = {}) =>
    new LevinError({ code, fault, message: code, details });

  test.for([
    ['an error of the user', new TypeError('x'), 'user-error', 'user'],
    ['levin’s word for one', levin('USER_ERROR', 'user'), 'user-error', 'user'],
    ['a full disk', levin('NO_SPACE', 'resource'), 'error', 'resource'],
    ['a lost connection', levin('CONNECTION_LOST', 'transient'), 'error', 'transient'],
    ['a throttle', levin('THROTTLED', 'transient'), 'throttled', 'transient'],
    ['lost input', levin('FETCH_FAILED', 'transient', { lost: [] }), 'fetch-failed', 'transient'],
    ['no room for a buffer', new RangeError('Array buffer allocation failed'), 'out-of-memory', 'resource'],
    [
      'the same inside a user error',
      new Error('map failed', { cause: new RangeError('Array buffer allocation failed') }),
      'out-of-memory',
      'resource',
    ],
  ] as const)('%s', ([, thrown, kind, fault]) => {
    expect(failureOf(thrown)).toMatchObject({ kind, fault });
  });

  test('where no user code ran, a foreign error is levin’s own', () => {
    expect(failureOf(new TypeError('x'), 'internal')).toMatchObject({ kind: 'error', fault: 'internal' });
  });
});

function depthOf(wire: ReturnType<typeof toWireError> | null): number {
  return wire === null ? 0 : 1 + depthOf(wire.cause);
}
