import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../../support/consumer.ts';

interface FileReport {
  readonly name: string;
  readonly status: 'passed' | 'failed';
  readonly message: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string; readonly failureMessages: readonly string[] }[];
}

// It runs on the machine's Node, before anything is installed: JavaScript, without declarations.
const { sumUp } = (await import(pathToFileURL(join(REPOSITORY, 'scripts/ci.mjs')).href)) as {
  sumUp(report: { readonly testResults: readonly FileReport[] }, expected: readonly string[]): unknown;
};

function file(name: string, ...statuses: readonly string[]): FileReport {
  const status = statuses.includes('failed') ? 'failed' : 'passed';
  const assertionResults = statuses.map((of, i) => ({
    status: of,
    fullName: `group test ${i}`,
    failureMessages: of === 'failed' ? ['\u001b[31mAssertionError: expected 1 to be 2\u001b[39m\n    at a.test.ts:7:3'] : [],
  }));
  return { name, status, message: '', assertionResults };
}

test('counts by kind of test, and says which failed of what', () => {
  const report = {
    testResults: [file('test/unit/a.test.ts', 'passed', 'passed', 'skipped'), file('test/e2e/b.test.ts', 'passed', 'failed')],
  };
  expect(sumUp(report, ['test/unit/a.test.ts', 'test/e2e/b.test.ts'])).toEqual({
    passed: 3,
    failed: 1,
    skipped: 1,
    problems: ['FAIL test/e2e/b.test.ts > group test 1\n     AssertionError: expected 1 to be 2\n         at a.test.ts:7:3'],
    kinds: [
      ['unit', 2],
      ['e2e', 2],
    ],
  });
});

test('a file that cannot be loaded is a failure', () => {
  const broken: FileReport = { name: 'test/unit/a.test.ts', status: 'failed', message: 'SyntaxError', assertionResults: [] };
  expect(sumUp({ testResults: [broken] }, ['test/unit/a.test.ts'])).toMatchObject({
    passed: 0,
    failed: 1,
    problems: ['test/unit/a.test.ts could not be run: SyntaxError'],
  });
});

test('a file that lies there and did not run is a failure', () => {
  const report = { testResults: [file('test/unit/a.test.ts', 'passed'), file('test/unit/c.test.ts')] };
  expect(sumUp(report, ['test/unit/a.test.ts', 'test/plans/b.test.ts', 'test/unit/c.test.ts'])).toMatchObject({
    passed: 1,
    failed: 2,
    problems: ['test/plans/b.test.ts did not run', 'test/unit/c.test.ts did not run'],
  });
});

test('no report at all', () => {
  expect(sumUp({ testResults: [] }, ['test/unit/a.test.ts'])).toMatchObject({ passed: 0, failed: 1, problems: ['no test file ran'] });
});
