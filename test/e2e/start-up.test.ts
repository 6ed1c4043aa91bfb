import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder } from '../support/job-folder.ts';

/** Writes down every module that is loaded, in all threads. */
const RECORDER = `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.LOADED_MODULES, url + '\\n');
    return next(url, context);
  },
});
`;

const JOB = `import { Context } from 'levin';

await using lv = await Context.create();
const counts = await lv.parallelize(['a', 'b', 'a'])
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b)
  .collectAsMap();
console.log(counts.get('a'));
`;

test('the second run of a job loads levin and its record codec, and no compiler, bundler or schema library', async () => {
  using folder = jobFolder({ 'job.ts': JOB, 'recorder.mjs': RECORDER });
  const run = async (list: string): Promise<string[]> => {
    const loaded = join(folder.path, list);
    const env = { LOADED_MODULES: loaded, NODE_OPTIONS: `--import=${join(folder.path, 'recorder.mjs')}` };
    const { stdout, stderr } = await folder.run(['job.ts', '--on', 'local[1]', '--quiet'], { env });
    expect({ stdout, stderr }).toEqual({ stdout: '2\n', stderr: '' });
    return readFileSync(loaded, 'utf8').split('\n');
  };
  const packagesOf = (urls: readonly string[]): string[] => [
    ...new Set(urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? [])),
  ];
  const first = await run('first.txt');
  const second = await run('second.txt');
  expect(packagesOf(first)).toContain('oxc-parser');
  expect(second.some((url) => url.endsWith('/dist/functions/worker-thread.js'))).toBe(true);
  expect(packagesOf(second).toSorted()).toEqual(['detect-libc', 'msgpackr', 'msgpackr-extract', 'node-gyp-build-optional-packages']);
});
