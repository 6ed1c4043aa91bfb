import type { OwnName } from '../test/support/spark-api/own-names.ts';
import type { SparkName } from '../test/support/spark-api/spark-name.ts';

/** What Vitest's JSON reporter writes, as far as it is read here; `name` is the file, relative to test/. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly title: string; readonly status: string }[];
  }[];
}

/** Tests that ran and passed, as `file › suite › test`. */
export function passedTests({ testResults }: VitestReport): ReadonlySet<string> {
  return new Set(
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'passed')
        .map(({ ancestorTitles, title }) => [name, ...ancestorTitles, title].join(' › ')),
    ),
  );
}

/** Rows that say they are done and whose test is not among those that passed. */
export function failedRows(
  rows: readonly (Pick<SparkName, 'ours' | 'test'> & { readonly spark?: string })[],
  passed: ReadonlySet<string>,
): readonly { readonly name: string; readonly test: string }[] {
  return rows.flatMap(({ spark, ours, test }) =>
    ours === null || (test !== null && passed.has(test)) ? [] : [{ name: spark ?? ours, test: test ?? 'none' }],
  );
}

/** The page: a table for each group of names. */
export function sparkApiPage(groups: Readonly<Record<string, readonly SparkName[]>>, own: readonly OwnName[]): string {
  const all = Object.values(groups).flat();
  const count = (fate: (row: SparkName) => boolean): number => all.filter(fate).length;
  return [
    "# Spark's names",
    '',
    'Written by `npm run docs:spark-api` from a list that tests check; a name counts as here only when its test ran and passed in that run.',
    '',
    `${all.length} names: ${count(({ ours }) => ours !== null)} are here, ${count(({ refusedBecause }) => refusedBecause !== null)} are refused for a reason, ${count(({ laterIssue }) => laterIssue !== undefined)} come later.`,
    '',
    ...Object.entries(groups).flatMap(([title, rows]) => [
      `## ${title}`,
      '',
      '| Spark | here | shown by |',
      '|---|---|---|',
      ...rows.map(rowText),
      '',
    ]),
    '## Names of ours beside them',
    '',
    '| here | why | shown by |',
    '|---|---|---|',
    ...own.map(({ ours, why, test }) => `| \`${ours}\` | ${cell(why)} | ${cell(test)} |`),
    '',
  ].join('\n');
}

function rowText({ spark, ours, refusedBecause, laterIssue, test }: SparkName): string {
  if (ours !== null) return `| \`${spark}\` | \`${ours}\` | ${cell(test ?? '')} |`;
  return `| \`${spark}\` | ${refusedBecause === null ? `later: ${cell(laterIssue ?? '')}` : `refused: ${cell(refusedBecause)}`} | |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
