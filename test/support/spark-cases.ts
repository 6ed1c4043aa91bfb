import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { jobFolder } from './job-folder.ts';

/** What a case of a job must print: a value as `inspect` shows it, or `CODE: message`; a function where it depends on the partitions. */
export type Expected = string | ((slices: number) => string);

export interface SparkCases {
  /** Below test/e2e/jobs. */
  readonly job: string;
  readonly expected: Readonly<Record<string, Expected>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** One job file of many cases runs once for each master and number of partitions; each case is a test of its own. */
export function describeSparkCases({ job, expected, files = {} }: SparkCases): void {
  const source = (name: string): string => readFileSync(new URL(`../e2e/jobs/${name}`, import.meta.url), 'utf8');
  describe.each([
    ['local[2]', 1],
    ['local[2]', 5],
    ['local-cluster[2,1,512]', 3],
  ])('on %s with %i slices', (master, slices) => {
    let printed = new Map<string, string>();
    let ended: { readonly code: number | null; readonly stderr: string };
    beforeAll(async () => {
      using folder = jobFolder({ 'job.ts': source(job), 'show.ts': source('show.ts') });
      for (const [name, content] of Object.entries(files)) folder.write(name, content);
      const { stdout, stderr, code } = await folder.run(['job.ts', '--on', master, '--quiet', String(slices)]);
      ended = { code, stderr };
      printed = readCases(stdout, folder.path);
    });

    test('the job ends well and prints every case once', () => {
      expect(ended).toEqual({ code: 0, stderr: '' });
      expect([...printed.keys()].toSorted()).toEqual(Object.keys(expected).toSorted());
    });

    test.each(Object.entries(expected))('%s', (name, text) => {
      expect(printed.get(name)).toBe(typeof text === 'string' ? text : text(slices));
    });
  });
}

/** Lines `["name", "text"]`; others are what tasks printed. What differs from run to run is left out: the folder, lines, which of several tasks failed first. */
function readCases(stdout: string, folder: string): Map<string, string> {
  const lines = stdout.split('\n').filter((line) => line.startsWith('["'));
  return new Map(
    lines.map((line) => {
      const [name, text] = JSON.parse(line) as [string, string];
      return [name, withoutPlaces(text.replaceAll(folder, '<folder>'))];
    }),
  );
}

function withoutPlaces(text: string): string {
  return text
    .replace(/job\.ts:\d+(:\d+)?/g, 'job.ts')
    .replace(/\btask \d+ of stage \d+/g, 'task t of stage s')
    .replace(/\bin partition \d+ of stage \d+/g, 'in partition p of stage s')
    .replace(/\bpartition \d+ of stage \d+ has\b/g, 'partition p of stage s has');
}
