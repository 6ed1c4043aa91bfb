import { readdirSync, renameSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildJob } from '../../../driver/cli/build-job.ts';
import { REGISTER, runNode } from '../../unit/closures/loading/run-node.ts';
import { tempProject } from '../../unit/closures/loading/temp-project.ts';
import { SHIP_PACKAGE } from './ship-project.ts';

const JOB = `
import legacy from './src/legacy.js';
import { fingerprint, loaderKind, ship } from 'ship';
import { compute } from '@/compute';
import { factor } from 'used';

const n: number = Number(process.argv[2]);
const times = (x: number): number => compute(x) * n + factor;
console.log(loaderKind(), legacy.n);
console.log(await ship(times, 4), await ship(compute, 2));
console.log(await ship((x: number) => { if (x) throw new Error('bad ' + x); return x; }, 3).catch((error: Error) => error.message.replace(/\\(.*\\//, '(')));
console.log(fingerprint(times), fingerprint(compute));
export const exported = times;
`;

const FILES = {
  'package.json': '{ "name": "app", "type": "commonjs" }',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
  'job.ts': JOB,
  'src/compute.ts': `import { shift } from './shift'; enum E { Two = 2 } export function compute(x: number): number { return x * E.Two + shift; }`,
  'src/shift.ts': 'export const shift: number = 1;',
  'src/legacy.js': 'exports.n = 6;',
  'node_modules/used/package.json': '{ "name": "used", "version": "2.0.0", "main": "i.js" }',
  'node_modules/used/i.js': 'exports.factor = 100;',
  ...SHIP_PACKAGE,
};

describe('a job that was built ahead of time', () => {
  test('runs from its folder when the sources are gone, with the same results and fingerprints', async () => {
    using project = tempProject(FILES);
    const interpreted = runNode([...REGISTER, 'job.ts', '10'], { cwd: project.root });
    expect(interpreted.stderr).toBe('');
    const built = await buildJob(project.path('job.ts'), { out: project.path('dist') });
    expect(built).toEqual({ driverFile: project.path('dist/job.mjs'), executorFile: project.path('dist/job.executor.mjs') });
    expect(readdirSync(project.path('dist')).sort()).toEqual(['job.executor.mjs', 'job.executor.mjs.json', 'job.mjs', 'job.mjs.map']);

    for (const name of ['job.ts', 'src', 'tsconfig.json', 'package.json']) rmSync(project.path(name), { recursive: true });
    renameSync(project.path('dist'), project.path('elsewhere'));
    const { stdout, stderr } = runNode(['--enable-source-maps', 'elsewhere/job.mjs', '10'], { cwd: project.root });
    expect(stderr).toBe('');
    const [first, ...rest] = stdout.split('\n');
    expect([first, rest]).toEqual(['built 6', interpreted.stdout.split('\n').slice(1)]);
    expect(rest.slice(0, 2)).toEqual(['190 5', 'bad 3    at <anonymous> (job.ts:11:54)']);
  });

  test('calls a default export with a Context and the arguments, as levin run does', async () => {
    const job = `import type { Context } from 'levin'; import { compute } from './src/compute';
      export default async function main(lv: Context, args: string[]): Promise<void> {
        const by = Number(args[0]);
        console.log((await lv.range(4).map((x) => compute(x) * by).collect()).join());
      }`;
    using project = tempProject({ ...FILES, 'job.ts': job });
    await buildJob(project.path('job.ts'), { out: project.path('dist') });
    for (const name of ['job.ts', 'src']) rmSync(project.path(name), { recursive: true });
    for (const master of ['local', 'local-cluster[1,1,512]']) {
      const { stdout, stderr, code } = runNode(['dist/job.mjs', '10'], {
        cwd: project.root,
        env: { LEVIN_MASTER: master, LEVIN_QUIET: 'true' },
      });
      expect({ stdout, stderr, code }).toEqual({ stdout: '10,30,50,70\n', stderr: '', code: 0 });
    }
  });

  test('without its executor bundle it says what is missing', async () => {
    using project = tempProject(FILES);
    await buildJob(project.path('job.ts'), { out: project.path('dist') });
    rmSync(project.path('dist/job.executor.mjs'));
    const { stderr } = runNode(['dist/job.mjs', '10'], { cwd: project.root });
    expect(stderr).toContain(
      `LevinError: Cannot read the executor bundle ${project.path('dist/job.executor.mjs')} (ENOENT). It was written beside the built job: keep both files in one folder, or build the job again.`,
    );
  });

  test('a syntax error, and an import of nothing, are told as such', async () => {
    using project = tempProject({ ...FILES, 'bad.ts': 'const a = ;', 'gone.ts': `import './nothing';` });
    const build = (job: string): Promise<string> =>
      buildJob(project.path(job), { out: project.path('dist') }).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await build('bad.ts')).toContain(`${project.path('bad.ts')}:1:11: `);
    expect(await build('gone.ts')).toBe(
      `Cannot build ${project.path('gone.ts')}: Could not resolve "./nothing" (gone.ts). Correct it and build again.`,
    );
  });
});
