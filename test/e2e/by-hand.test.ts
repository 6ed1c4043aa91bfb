import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { jobFolder } from '../support/job-folder.ts';
import { runNode } from '../support/run-cli.ts';

const REGISTER = fileURLToPath(new URL('../../bin/register.js', import.meta.url));

/** `node --import levin/register job.ts` in a folder of its own. */
async function byHand(text: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  using folder = jobFolder({ 'job.ts': text });
  return await runNode(['--import', REGISTER, 'job.ts', 'x'], {
    cwd: folder.path,
    env: { LEVIN_STATE_DIR: `${folder.path}/.state`, LEVIN_MASTER: 'local[2]', LEVIN_QUIET: 'true' },
  });
}

describe('node --import levin/register job.ts', () => {
  test('runs a job with its arguments', async () => {
    const { code, stdout } = await byHand(
      "import { Context } from 'levin';\nconst lv = await Context.create();\nconsole.log(process.argv[2], await lv.range(5).map((x) => x * 2).collect());\n",
    );
    expect([stdout, code]).toEqual(['x [ 0, 2, 4, 6, 8 ]\n', 0]);
  });

  test('tells a failure as levin run does: message, the line of the job, exit code 1', async () => {
    const { code, stderr } = await byHand(
      "import { Context } from 'levin';\nconst lv = await Context.create();\nawait lv.range(4).map((x) => (x as any).no.such).count();\n",
    );
    expect(stderr).toMatch(/^levin: count: task \d of stage 0 \(count at job\.ts:3\)/);
    expect(stderr).toMatch(/\n {4}at .*job\.ts:3:/);
    expect(stderr).not.toMatch(/dist\/driver|node:internal/);
    expect(code).toBe(1);
  });

  test('a promise that nobody awaits is told, too', async () => {
    const { code, stderr } = await byHand(
      "import { Context } from 'levin';\nconst lv = await Context.create();\nvoid lv.range(0).first();\n",
    );
    expect(stderr).toMatch(/^levin: first: the RDD has no records\./);
    expect(code).toBe(1);
  });

  test('leaves a program that handles its own errors alone', async () => {
    const { code, stdout, stderr } = await byHand(
      "import { Context } from 'levin';\nprocess.on('uncaughtException', (error: any) => { console.log('mine', error.code); process.exit(7); });\nconst lv = await Context.create();\nawait lv.range(0).first();\n",
    );
    expect([stdout, stderr, code]).toEqual(['mine EMPTY_RDD\n', '', 7]);
  });
});
