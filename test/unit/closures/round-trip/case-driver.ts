import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect, isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';
import { installDriverHooks } from '../../../../engine/closures/loading/driver-hooks.ts';
import { buildExecutorBundle } from '../../../../engine/closures/loading/executor-bundle.ts';
import { type ClosureWarning, shipClosure } from '../../../../engine/closures/runtime/ship-closure.ts';
import { decodeValue } from '../../../../engine/closures/runtime/value-codec.ts';
import type { ClosureCase, Shippable } from '../../../support/closure-cases/closure-case.ts';
import type { CaseAnswer, CaseCall, CaseExecutorData } from './case-executor.ts';
import { CASE_ROOT, caseFiles } from './case-files.ts';
import type { CaseResult, Pipeline } from './pipeline.ts';
import { runForResult } from './run-result.ts';

// A driver process of its own: loads the case files as levin loads jobs, ships every function, prints CaseResult[] as JSON.

const pipeline = process.argv[2] as Pipeline;
const files = caseFiles();
const settings = { root: CASE_ROOT, mainFiles: files, include: [], driverOnly: [], aliases: [], cacheFolder: null };
const { modules } = installDriverHooks(settings);
// A main file is nobody's import: neither this module's.
const start = 'export const start = (url) => import(url)';
const { start: startJob } = (await import(`data:text/javascript,${start}`)) as {
  start: (url: string) => Promise<{ cases: readonly ClosureCase[] }>;
};
const suites = await Promise.all(files.map(async (file) => ({ file, cases: (await startJob(pathToFileURL(file).href)).cases })));

const folder = mkdtempSync(join(tmpdir(), 'levin-cases-'));
try {
  const worker = new Worker(new URL('./case-executor.ts', import.meta.url), { workerData: await executorData() });
  const results: CaseResult[] = [];
  for (const { file, cases } of suites) for (const entry of cases) results.push(await runCase(worker, basename(file), entry));
  await worker.terminate();
  process.stdout.write(JSON.stringify(results));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function executorData(): Promise<CaseExecutorData> {
  if (pipeline === 'loader') return { hooks: settings };
  const bundle = await buildExecutorBundle({
    ...settings,
    modules: [...modules.keys()],
    minify: pipeline === 'minified' ? 'full' : 'whitespace',
  });
  const file = join(folder, 'bundle.mjs');
  writeFileSync(file, bundle.code);
  return { bundle: pathToFileURL(file).href };
}

async function runCase(worker: Worker, file: string, entry: ClosureCase): Promise<CaseResult> {
  const { row, name, args = [], expected } = entry;
  const minified = pipeline === 'minified' ? entry.minified : undefined;
  const wanted = minified === undefined ? expected : minified.expected;
  const wantedUnshipped = 'unshipped' in entry ? entry.unshipped : expected;
  const warnings: string[] = [];
  let shipped: unknown;
  let unshipped: unknown;
  try {
    shipped = view(minified ?? entry, await shippedResult(worker, entry, warnings));
    unshipped = view(entry, await eachResult(await entry.make((fn) => fn), (fn) => runForResult(fn, args)));
  } catch (error) {
    shipped = error;
  }
  const warnedOk = isDeepStrictEqual(warnings, entry.warning === undefined ? [] : [entry.warning]);
  const shippedOk = warnedOk && isDeepStrictEqual(shipped, wanted);
  const unshippedOk = isDeepStrictEqual(unshipped, wantedUnshipped);
  const detail =
    shippedOk && unshippedOk
      ? ''
      : `shipped ${inspect(shipped)}, unshipped ${inspect(unshipped)}, expected ${inspect(wanted)}, warnings ${inspect(warnings)}`;
  return { file, row, name, shippedOk, unshippedOk, detail };
}

function view({ view: look }: Pick<ClosureCase, 'view'>, result: unknown): unknown {
  return look === undefined ? result : look(result as never);
}

async function shippedResult(worker: Worker, { make, args = [] }: ClosureCase, warnings: string[]): Promise<unknown> {
  const snapshots = new Map<Shippable, Uint8Array>();
  const onWarning = ({ message }: ClosureWarning): void => void warnings.push(message);
  const ship = (fn: Shippable): Uint8Array => shipClosure(fn, { operation: 'rdd.map', callSite: null, onWarning }).bytes;
  const made = await make((fn) => {
    snapshots.set(fn, ship(fn));
    return fn;
  });
  return eachResult(made, (fn) => call(worker, { payload: snapshots.get(fn) ?? ship(fn), args }));
}

async function eachResult(
  made: Shippable | readonly Shippable[],
  run: (fn: (...args: unknown[]) => unknown) => Promise<unknown>,
): Promise<unknown> {
  if (typeof made === 'function') return run(made as (...args: unknown[]) => unknown);
  const results: unknown[] = [];
  for (const fn of made) results.push(await run(fn as (...args: unknown[]) => unknown));
  return results;
}

async function call(worker: Worker, message: CaseCall): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  const reply = Promise.race([once(worker, 'message', { signal }), once(worker, 'exit', { signal })]);
  worker.postMessage(message);
  const [answer] = (await reply) as [CaseAnswer | number];
  listening.abort();
  if (typeof answer === 'number') throw new Error(`the executor ended with code ${answer}`);
  if ('error' in answer) throw new Error(answer.error);
  return decodeValue(answer.value, 'driver');
}
