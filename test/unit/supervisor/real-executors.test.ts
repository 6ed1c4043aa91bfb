import { describe, expect, test } from 'vitest';
import { REGISTER, runNode } from '../closures/loading/run-node.ts';
import { tempProject } from '../closures/loading/temp-project.ts';

/** A job that talks to the runner itself: ships two closures, runs a stage of each, prints what comes back. */
const JOB = `
import { hash } from 'node:crypto';
import { double } from './lib.ts';
const [, , levin, master, stateDir] = process.argv;
const { openWiring } = await import(levin + 'driver/wiring.ts');
const { shipClosure } = await import(levin + 'engine/closures/runtime/ship-closure.ts');
const { executorBundle } = await import(levin + 'engine/closures/loading/executor-code.ts');
const { currentLoader } = await import(levin + 'engine/closures/loading/loader-state.ts');
const { decodeBlock } = await import(levin + 'engine/records/block.ts');
const { pack } = await import(levin + 'node_modules/msgpackr/index.js');

const offset = 100;
const functions = [
  (x: number) => {
    console.log('record', x);
    return double(x) + offset;
  },
  (x: number): number => {
    throw new TypeError('cannot take ' + x);
  },
];
const { stores, openRunner } = await openWiring({ master: JSON.parse(master), stateDir });
const runner = openRunner({
  stores, allowedEnv: [],
  onWarning: (text: string) => console.log('warning', text),
  onOutput: (_: string, text: string) => console.log('output', text),
});
let bundleHash: string | null = null;
if (runner.capabilities.needsBundle) {
  const bundle = await executorBundle(currentLoader());
  await stores.objects.put('apps/app/code/' + bundle.hash + '.mjs', bundle.code, { ifAbsent: true });
  bundleHash = bundle.hash;
}
for (const [i, fn] of functions.entries()) {
  const { bytes } = shipClosure(fn, { operation: 'rdd.map', callSite: null });
  const plan = {
    nodes: [{ kind: 'range', start: 0, step: 1, count: 4, numPartitions: 2 }, { kind: 'narrow', parent: 0, op: { kind: 'map', fn: 0 } }],
    sink: { kind: 'collect' }, numPartitions: 2,
  };
  const template = pack({ version: 1, appId: 'app', plan, closures: [bytes], closureInfos: [{ operation: 'map', site: 'job.ts:1:1' }] });
  const templateHash = hash('sha256', template, 'hex');
  await stores.objects.put('apps/app/templates/' + templateHash, template);
  for (const partition of [0, 1]) {
    const spec = {
      appId: 'app', stageId: 'stage' + i, stageNumber: i, partition, partitionCount: 2, generation: 0, attempt: 0,
      attemptId: 'attempt' + i + partition, template: { hash: templateHash, inline: partition === 0 ? template : null },
      bundleHash, inputs: [{ leaf: 0, partition }], bounds: null, maxMs: null,
    };
    const onEvent = (e: { kind: string; text?: string }) => e.kind === 'log' && console.log('log', e.text);
    const outcome = await runner.run(spec, { signal: new AbortController().signal, onEvent });
    if (outcome.kind === 'success') console.log('result', JSON.stringify(decodeBlock(outcome.result.output.block)));
    else {
      console.log('failure', outcome.failure.kind, outcome.failure.error.message);
      console.log('stack', outcome.failure.error.stack.split('\\n').find((line: string) => /^\\s+at .*job.ts:/.test(line))?.trim());
    }
  }
}
await runner.close();
await stores.metadata.close();
`;

const EXPECTED = [
  'log record 0',
  'log record 1',
  'result [100,102]',
  'log record 2',
  'log record 3',
  'result [104,106]',
  'failure user-error map at job.ts:1:1 failed in partition 0 of stage 1: TypeError: cannot take 0',
  expect.stringMatching(/^stack at .*job\.ts:19:11\)?$/),
  'failure user-error map at job.ts:1:1 failed in partition 1 of stage 1: TypeError: cannot take 2',
  expect.stringMatching(/^stack at .*job\.ts:19:11\)?$/),
  '',
];

describe('a user’s functions run', () => {
  test.for([
    ['in worker threads, modules from disk', { kind: 'local', threads: 2 }],
    ['in executor processes, modules from a bundle', { kind: 'local-cluster', executors: 2, cores: 1, memoryMb: 512 }],
  ] as const)('%s', ([, master]) => {
    using project = tempProject({
      'package.json': '{ "type": "commonjs" }',
      'job.ts': JOB,
      'lib.ts': 'export const double = (x: number): number => 2 * x;\n',
    });
    const levin = new URL('../../../', import.meta.url).href;
    const run = runNode([...REGISTER, project.path('job.ts'), levin, JSON.stringify(master), project.path('state')], { cwd: project.root });
    expect(run.stderr).toBe('');
    expect(run.stdout.split('\n')).toEqual(EXPECTED);
    expect(run.code).toBe(0);
  });
});
