import { expect, test } from 'vitest';
import { failedRows, passedTests, sparkApiPage } from '../../../scripts/spark-api-page.ts';
import { done, later, refused } from '../../support/spark-api/spark-name.ts';

const report = {
  testResults: [
    {
      name: 'e2e/a.test.ts',
      assertionResults: [
        { ancestorTitles: ['on local'], title: 'map', status: 'passed' },
        { ancestorTitles: ['on local'], title: 'filter', status: 'failed' },
        { ancestorTitles: [], title: 'take', status: 'skipped' },
      ],
    },
  ],
};

test('a row counts only when its test ran and passed', () => {
  const rows = [
    done('RDD.map', 'rdd.map', 'e2e/a.test.ts › on local › map'),
    done('RDD.filter', 'rdd.filter', 'e2e/a.test.ts › on local › filter'),
    done('RDD.take', 'rdd.take', 'e2e/a.test.ts › take'),
    done('RDD.top', 'rdd.top', 'e2e/b.test.ts › top'),
    refused('RDD.pickle', 'Python.'),
    later('RDD.persist', 'storage'),
  ];
  expect(failedRows(rows, passedTests(report))).toEqual([
    { name: 'RDD.filter', test: 'e2e/a.test.ts › on local › filter' },
    { name: 'RDD.take', test: 'e2e/a.test.ts › take' },
    { name: 'RDD.top', test: 'e2e/b.test.ts › top' },
  ]);
});

test('the page has a row for each name', () => {
  const rows = [done('RDD.map', 'rdd.map', 'a.test.ts › x | y'), refused('RDD.pickle', 'Python.'), later('RDD.persist', 'storage')];
  expect(sparkApiPage({ Everything: rows }, [{ ours: 'lv.own', why: 'Wanted.', test: 'b.test.ts › z' }])).toBe(
    [
      "# Spark's names",
      '',
      'Written by `npm run docs:spark-api` from a list that tests check; a name counts as here only when its test ran and passed in that run.',
      '',
      '3 names: 1 are here, 1 are refused for a reason, 1 come later.',
      '',
      '## Everything',
      '',
      '| Spark | here | shown by |',
      '|---|---|---|',
      '| `RDD.map` | `rdd.map` | a.test.ts › x \\| y |',
      '| `RDD.pickle` | refused: Python. | |',
      '| `RDD.persist` | later: storage | |',
      '',
      '## Names of ours beside them',
      '',
      '| here | why | shown by |',
      '|---|---|---|',
      '| `lv.own` | Wanted. | b.test.ts › z |',
      '',
    ].join('\n'),
  );
});
