// docs/spark-api.md from the list of Spark's names and what the tests of this run say: `npm run docs:spark-api [-- --report FILE] [--check]`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ACTIONS } from '../test/support/spark-api/actions.ts';
import { CONTEXT } from '../test/support/spark-api/context.ts';
import { OWN_NAMES } from '../test/support/spark-api/own-names.ts';
import { PAIRS } from '../test/support/spark-api/pairs.ts';
import { TRANSFORMATIONS } from '../test/support/spark-api/transformations.ts';
import { SPARK_API } from '../test/support/spark-api.ts';
import { failedRows, passedTests, sparkApiPage, type VitestReport } from './spark-api-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/spark-api.md');
const { values } = parseArgs({ options: { report: { type: 'string' }, check: { type: 'boolean', default: false } } });

const passed = passedTests(values.report === undefined ? runTests() : readReport(values.report));
const failed = [...failedRows(SPARK_API, passed), ...failedRows(OWN_NAMES, passed)];
for (const { name, test } of failed) process.stdout.write(`${name}: no test of this run that passed is named "${test}"\n`);
const text = sparkApiPage({ Transformations: TRANSFORMATIONS, Actions: ACTIONS, Pairs: PAIRS, Context: CONTEXT }, OWN_NAMES);
if (failed.length === 0 && !values.check) writeFileSync(page, text);
const stale = values.check && readFileSync(page, 'utf8') !== text;
if (stale) process.stdout.write('docs/spark-api.md is not what the list of names gives: run npm run docs:spark-api\n');
process.exitCode = failed.length > 0 || stale ? 1 : 0;

/** Runs the test files that the list names. */
function runTests(): VitestReport {
  const folder = mkdtempSync(join(tmpdir(), 'levin-spark-api-'));
  const file = join(folder, 'report.json');
  const files = new Set([...SPARK_API, ...OWN_NAMES].flatMap(({ test }) => (test === null ? [] : [`test/${test.split(' › ')[0]}`])));
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...files, '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
  spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    return readReport(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file: string): VitestReport {
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  return {
    testResults: report.testResults.map((result) => ({ ...result, name: relative(join(root, 'test'), result.name).split(sep).join('/') })),
  };
}
