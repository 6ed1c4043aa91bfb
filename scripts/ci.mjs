// Installs what is missing, runs README's test command and all static checks, and sums up. Runs on the machine's own Node.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { missingTools } from './model-tools.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Prepares Docker and the images; it leaves its variables in a file. */
const LOCALSTACK_UP = join(root, '../shared/localstack/up');
const LOCALSTACK_ENV = process.env.LEVIN_LOCALSTACK_ENV ?? '/tmp/levin-localstack/env';

/** Their failures are counted test by test. */
const TEST_STEPS = new Set(['npm test', 'npm run test:localstack']);

/** What Vitest's JSON report says, against the test files that lie on disk. */
export function sumUp(report, expectedFiles) {
  const problems = [];
  let [passed, failed, skipped] = [0, 0, 0];
  const kinds = new Map();
  for (const file of report.testResults) {
    const of = (...status) => file.assertionResults.filter((test) => status.includes(test.status)).length;
    passed += of('passed');
    failed += of('failed');
    skipped += of('skipped', 'pending', 'todo', 'disabled');
    problems.push(...file.assertionResults.filter(({ status }) => status === 'failed').map((test) => failure(file.name, test)));
    if (file.status === 'failed' && of('failed') === 0) {
      failed++;
      problems.push(`${file.name} could not be run: ${file.message}`);
    }
    const kind = file.name.split('/')[1];
    kinds.set(kind, (kinds.get(kind) ?? 0) + of('passed', 'failed'));
  }
  const ran = new Set(
    report.testResults.filter((file) => file.assertionResults.length > 0 || file.status === 'failed').map(({ name }) => name),
  );
  const missing = expectedFiles.filter((file) => !ran.has(file));
  failed += missing.length;
  if (missing.length === expectedFiles.length) problems.push('no test file ran');
  else problems.push(...missing.map((file) => `${file} did not run`));
  return { passed, failed, skipped, problems, kinds: [...kinds] };
}

/** The name of a test that failed and the head of its message, so that the end of a long log says what to look at. */
function failure(file, { fullName, failureMessages }) {
  const message = stripVTControlCharacters(failureMessages.join('\n')).split('\n').slice(0, 12).join('\n     ');
  return `FAIL ${file} > ${fullName}\n     ${message}`;
}

function main() {
  const steps = [];
  const step = (name, command, args, env = {}) => {
    process.stdout.write(`\n== ${name}\n`);
    const start = performance.now();
    const { status } = spawnSync(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env, CI: 'true' },
    });
    steps.push({ name, ok: status === 0, seconds: (performance.now() - start) / 1000 });
    return status === 0;
  };
  const folder = mkdtempSync(join(tmpdir(), 'levin-ci-'));
  const reportFile = join(folder, 'vitest.json');
  const localstackReportFile = join(folder, 'localstack.json');
  const reporters = (file) => ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const installed = existsSync(join(root, 'node_modules/.package-lock.json')) || step('npm ci', 'npm', ['ci']);
  if (installed) {
    step('npm test', 'npm', ['test', ...reporters(reportFile)]);
    step('npm run docs:spark-api', 'npm', ['run', 'docs:spark-api', '--', '--check', '--report', reportFile]);
    step('npm run check', 'npm', ['run', 'check']);
  }
  // The models are checked wherever their tools are or can be had; where they cannot, the summary says that nobody has looked.
  const missing = toolsAfterInstalling(step);
  if (installed && missing.length === 0) step('npm run model', 'npm', ['run', 'model']);
  // Where LocalStack can be set up, not to have run its suite is a failure.
  const withLocalstack = existsSync(LOCALSTACK_UP);
  if (installed && withLocalstack && step('localstack/up', LOCALSTACK_UP, [])) {
    step('npm run test:localstack', 'npm', ['run', 'test:localstack', ...reporters(localstackReportFile)], localstackEnvironment());
  }
  const testResults = [reportFile, localstackReportFile].flatMap(readResults);
  const summary = sumUp({ testResults }, testFiles(withLocalstack));
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write('\n');
  for (const { name, ok, seconds } of steps) process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)\n`);
  for (const [kind, count] of summary.kinds) process.stdout.write(`     ${kind}: ${count} tests\n`);
  if (missing.length > 0) process.stdout.write(`NOT RUN npm run model: ${missing.join(' and ')} not found (apt-get install spin gcc)\n`);
  if (!withLocalstack) process.stdout.write('NOT RUN npm run test:localstack: it needs Docker (CONTRIBUTING.md)\n');
  for (const problem of summary.problems) process.stdout.write(`${problem}\n`);
  if (summary.skipped > 0) process.stdout.write(`${summary.skipped} skipped\n`);
  // A step that failed for another reason than a test counts too: "0 failed" means that all is well.
  const otherFailures = steps.filter(({ name, ok }) => !ok && (!TEST_STEPS.has(name) || summary.failed === 0)).length;
  const failed = summary.failed + otherFailures;
  process.stdout.write(`${summary.passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 && summary.passed > 0 ? 0 : 1;
}

/** Debian's packages where they may be installed; gives what is missing still. */
function toolsAfterInstalling(step) {
  const missing = missingTools();
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return missing;
  const install = [
    '-c',
    `(apt-get install -y ${missing.join(' ')} || (apt-get update && apt-get install -y ${missing.join(' ')})) >/dev/null 2>&1 || true`,
  ];
  step(`install ${missing.join(' and ')}`, 'sh', install);
  return missingTools();
}

function readResults(file) {
  if (!existsSync(file)) return [];
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return testResults.map((result) => ({ ...result, name: relative(root, result.name).split(sep).join('/') }));
}

function testFiles(withLocalstack) {
  return readdirSync(join(root, 'test'), { recursive: true })
    .map((file) => `test/${file.split(sep).join('/')}`)
    .filter((file) => file.endsWith('.test.ts') && (withLocalstack || !file.startsWith('test/localstack/')));
}

/** `export NAME=value` lines. */
function localstackEnvironment() {
  const lines = readFileSync(LOCALSTACK_ENV, 'utf8').matchAll(/^export (\w+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
