import { describe, expect, test } from 'vitest';
import { type AttemptLog, captureConsole, createAttemptLog } from '../../../engine/runtime/worker/console-capture.ts';

describe('what a task prints', () => {
  test('is formatted as the console does', () => {
    const { log, lines } = recorded();
    log.write('log', ['%s has %d', 'box', 3, { a: [1, -0] }]);
    log.write('error', ['a\nb']);
    expect(lines).toEqual(['log: box has 3 { a: [ 1, -0 ] }', 'error: a\nb']);
  });

  test('is cut after 100 lines, and the rest is counted', () => {
    const { log, lines } = recorded();
    log.write('log', [Array.from({ length: 99 }, (_, i) => i).join('\n')]);
    log.write('log', ['x\ny\nz']);
    log.write('log', ['one more']);
    log.end();
    log.end();
    expect(lines.slice(1)).toEqual(['log: x', 'warn: … 3 more lines of this attempt not shown (the first 100 are)']);
  });

  test('is cut when one call prints too much', () => {
    const { log, lines } = recorded();
    log.write('log', ['y'.repeat(10_000)]);
    expect(lines).toEqual([`log: ${'y'.repeat(8_192)}… (1808 more characters)`]);
  });

  test('goes to the console again outside of a task and after release', () => {
    const { log, lines } = recorded();
    const plain: string[] = [];
    const target = { ...console, log: (text: string) => plain.push(text) } as Console;
    let current: AttemptLog | null = null;
    const release = captureConsole(target, () => current);
    target.log('before');
    current = log;
    target.log('inside');
    release();
    target.log('after');
    expect([plain, lines]).toEqual([['before', 'after'], ['log: inside']]);
  });
});

function recorded(): { readonly log: AttemptLog; readonly lines: readonly string[] } {
  const lines: string[] = [];
  return { log: createAttemptLog((level, text) => lines.push(`${level}: ${text}`)), lines };
}
