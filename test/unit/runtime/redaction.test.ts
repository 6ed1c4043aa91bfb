import { expect, test } from 'vitest';
import { createAttemptLog } from '../../../engine/runtime/worker/console-capture.ts';
import { hide, redact } from '../../../engine/runtime/worker/redaction.ts';
import { toWireError } from '../../../engine/runtime/worker/wire-error.ts';

test('what was hidden is shown as *** in texts, logs and errors, also as JSON has it; what is short is not hidden', () => {
  expect(redact('pass"word and hunter2')).toBe('pass"word and hunter2');
  for (const value of ['pass"word', 'pass"word-and-more', 'hunter2', '$&$1', 'abc']) hide(value);
  expect(redact('pass"word and hunter2, pass"word-and-more, {"p":"pass\\"word"} $&$1 abc')).toBe('*** and ***, ***, {"p":"***"} *** abc');

  const lines: string[] = [];
  createAttemptLog((_, text) => lines.push(text)).write('log', ['the key is %s', 'hunter2', { key: 'hunter2' }]);
  expect(lines).toEqual(["the key is *** { key: '***' }"]);

  const cause = new TypeError('hunter2 is wrong');
  const error = toWireError(Object.assign(new Error('bad hunter2', { cause }), { header: 'Bearer hunter2', n: 1 }));
  expect([error.message, error.cause?.message, error.fields]).toEqual(['bad ***', '*** is wrong', { header: 'Bearer ***', n: 1 }]);
  expect(JSON.stringify(error)).not.toContain('hunter2');
});
