import { describe, expect, test } from 'vitest';
import { mistakeOf } from '../../../driver/scheduler/fail-fast.ts';
import type { TaskFailure } from '../../../engine/types/failure.ts';

function userError(name: string, stack: string | null, more: Partial<TaskFailure> = {}, code: string | null = null): TaskFailure {
  return { kind: 'user-error', fault: 'user', error: { name, message: 'm', stack, code, cause: null, fields: {} }, lost: [], ...more };
}

describe('the place of a mistake', () => {
  test.each([
    [
      'TypeError',
      'TypeError: m\n    at f (file:///work/job.ts:3:14)\n    at g (file:///work/job.ts:9:1)',
      'TypeError at file:///work/job.ts:3:14',
    ],
    ['RangeError', 'RangeError: m\n    at /work/job.ts:3:14', 'RangeError at /work/job.ts:3:14'],
    ['SyntaxError', 'SyntaxError: m\n    at JSON.parse (<anonymous>)\n    at parse (/work/job.ts:4:8)', 'SyntaxError at /work/job.ts:4:8'],
    ['UserError', 'UserError: m\n    at node:internal/x:1:2\n    at new A (/work/a.ts:4:8)', 'UserError at /work/a.ts:4:8'],
    [
      'ReferenceError',
      'ReferenceError: m\n    at lib (/work/node_modules/lib/i.js:1:2)\n    at f (C:\\work\\job.ts:4:8)',
      'ReferenceError at C:\\work\\job.ts:4:8',
    ],
    ['TypeError', 'TypeError: m\n    at lib (/work/node_modules/lib/i.js:1:2)', 'TypeError at /work/node_modules/lib/i.js:1:2'],
    ['TypeError', null, 'TypeError at m'],
  ])('%s, %j', (name, stack, place) => {
    expect(mistakeOf(userError(name, stack))).toBe(place);
  });

  test.each([
    ['an error that may pass when tried again', userError('Error', 'Error: m\n    at f (/job.ts:1:1)')],
    ['a class of the user’s own', userError('FetchError', null)],
    ['an executor that died', userError('TypeError', null, { kind: 'executor-lost' })],
    ['levin’s own transient error', userError('LevinError', null, { kind: 'error', fault: 'transient' }, 'CONNECTION_RESET')],
  ])('is not looked for in %s', (_, failure) => {
    expect(mistakeOf(failure)).toBe(null);
  });

  test('is looked for in what the user threw, not in the wrapper that names the operation', () => {
    const wrapped = (name: string): TaskFailure => {
      const inner = userError(name, `${name}: m\n    at f (/job.ts:3:14)`).error;
      const outer = userError('LevinError', 'LevinError: w\n    at f (/job.ts:3:14)', {}, 'USER_ERROR');
      return { ...outer, error: { ...outer.error, cause: inner } };
    };
    expect(mistakeOf(wrapped('TypeError'))).toBe('TypeError at /job.ts:3:14');
    expect(mistakeOf(wrapped('Error'))).toBe(null);
  });

  test('is taken from levin’s errors that blame the job', () => {
    const failure = userError('LevinError', 'LevinError: m\n    at f (/job.ts:1:1)', { kind: 'error' }, 'RECORD_NOT_ENCODABLE');
    expect(mistakeOf(failure)).toBe('RECORD_NOT_ENCODABLE at /job.ts:1:1');
  });
});
