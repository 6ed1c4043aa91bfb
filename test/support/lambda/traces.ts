import { appendFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { TestEngine } from '../../../testing/test-engine.ts';
import type { Traces } from '../../e2e/jobs/lambda-traces-module.ts';
import { temporaryFolder } from '../run-cli.ts';
import { runOnAws } from './run-on-aws.ts';

const job = (name: string): string => fileURLToPath(new URL(`../../e2e/jobs/${name}.ts`, import.meta.url));

const NOTHING: Traces = {
  ofModule: [],
  ofGlobals: null,
  ofPrototypes: null,
  ofEnvironment: null,
  workingFiles: [],
  temporaryFiles: [],
  otherFiles: [],
  bundles: 1,
};

/**
 * Three applications, the last with a bundle of its own, one after the other in the same warm environment of an engine: none of them finds anything of
 * another. Gives the environment's id.
 */
export async function expectNoTraces(engine: TestEngine): Promise<string> {
  const environments = new Set<string | undefined>();
  const run = async (file: string, name: string): Promise<unknown> => {
    const { result, invocations } = await runOnAws(engine, file, { args: [name], env: { LEVIN_ALLOWED_ENV: 'TRACE' }, timeoutMs: 400_000 });
    for (const { environment } of invocations) environments.add(environment?.id);
    return result;
  };
  // Within an application the worker is warm: what modules hold stays, what is on disk does not.
  const warm = (name: string): Traces => ({ ...NOTHING, ofModule: [name], ofGlobals: name, ofPrototypes: name, ofEnvironment: name });
  using folder = temporaryFolder();
  const other = join(folder.path, 'other-job.ts');
  copyFileSync(job('lambda-traces'), other);
  copyFileSync(job('lambda-traces-module'), join(folder.path, 'lambda-traces-module.ts'));
  appendFileSync(other, '\n// another bundle\nexport const other = 1;\n');
  expect(await run(job('lambda-traces'), 'first')).toEqual([NOTHING, warm('first')]);
  expect(await run(job('lambda-traces'), 'second')).toEqual([NOTHING, warm('second')]);
  expect(await run(other, 'third')).toEqual([NOTHING, warm('third')]);
  expect(environments.size).toBe(1);
  return [...environments][0] ?? '';
}
