import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import type { CliResult } from '../support/run-cli.ts';

/** Runs one job and gives what a user sees. */
async function run(
  text: string,
  args: readonly string[] = ['--on', 'local[2]', '--quiet'],
  prepare?: (path: string) => void,
): Promise<CliResult> {
  using folder = jobFolder({ 'job.ts': text });
  prepare?.(folder.path);
  return await folder.run(['job.ts', ...args]);
}

describe('input and output paths', () => {
  test('a path that is not there is named, with the line of the call', async () => {
    const { code, stderr } = await run(jobText("const lines = lv.textFile('no/such.txt');", 'console.log(await lines.count());'));
    expect(stderr).toMatch(
      /^levin: Input path does not exist: .*\/no\/such\.txt\. Relative paths start at the working folder of levin run\. \(textFile at .*job\.ts:4:\d+\) \[PATH_NOT_FOUND\]/,
    );
    expect(code).toBe(1);
  });

  test('a path below a file cannot be read', async () => {
    const { code, stderr } = await run(jobText("await lv.textFile('file.txt/part').count();"), undefined, (path) =>
      writeFileSync(join(path, 'file.txt'), 'x'),
    );
    expect(stderr).toMatch(/levin: .*file\.txt\/part.*job\.ts:4:/s);
    expect(code).toBe(1);
  });

  test('a folder of folders where files are due says what to write', async () => {
    const { stderr } = await run(jobText("await lv.textFile('in').count();"), undefined, (path) => {
      mkdirSync(join(path, 'in/sub'), { recursive: true });
      writeFileSync(join(path, 'in/sub/a.txt'), 'x');
    });
    expect(stderr).toMatch(/in has no files of its own, only folders \(.*\/in\/sub\)\. Name them with a pattern: .*\/in\/\*/);
  });

  test('an output folder that exists is refused before any task', async () => {
    const text = jobText("await lv.range(4).map((x) => { console.log('a task ran'); return x; }).saveAsTextFile('out');");
    const { code, stdout, stderr } = await run(text, undefined, (path) => {
      mkdirSync(join(path, 'out'));
      writeFileSync(join(path, 'out/old.txt'), 'x');
    });
    expect(stderr).toMatch(
      /levin: Output path exists already: .*\/out\. Choose another one, delete it first, or save with \{ mode: 'overwrite' \}; nothing was written\. \[OUTPUT_EXISTS\]/,
    );
    expect(stdout + stderr).not.toContain('a task ran');
    expect(code).toBe(1);
  });
});

describe('user functions', () => {
  test('one that throws shows its message, its line and the task', async () => {
    const text = jobText(
      'await lv',
      '  .range(8, { numSlices: 4 })',
      '  .map((x) => {',
      "    if (x === 5) throw new RangeError('five is right out');",
      '    return x;',
      '  })',
      '  .collect();',
    );
    const { code, stderr } = await run(text);
    expect(stderr).toContain('RangeError: five is right out');
    expect(stderr).toMatch(/at .*job\.ts:7:/);
    expect(stderr).toMatch(/task 2 of stage 0 \(collect at job\.ts:\d+\)/);
    expect(code).toBe(1);
  });

  test('a rejected promise that nobody handles fails the task', async () => {
    const { code, stderr } = await run(
      jobText(
        'await lv.range(2).foreach((x) => { void Promise.reject(new Error(`lost ${x}`)); });',
        'await lv.range(3).map(async (x) => { await new Promise((ok) => setTimeout(ok, 50)); return x; }).count();',
      ),
    );
    expect(stderr).toMatch(/nobody handles.*lost \d|lost \d.*nobody handles/s);
    expect(code).toBe(1);
  });

  test('process.exit in a task fails the task, not the driver', async () => {
    const { code, stderr } = await run(jobText('await lv.range(2).map((x) => process.exit(3)).collect();'), [
      '--on',
      'local[2]',
      '--quiet',
      '--conf',
      'allowedEnv=PATH',
    ]);
    expect(stderr).toMatch(/process\.exit/);
    expect(stderr).toContain('[PROCESS_EXIT]');
    expect(code).toBe(1);
  });

  test('a record that cannot be encoded is named by its path', async () => {
    const { code, stderr } = await run(
      jobText('await lv.range(1).map((x) => ({ id: x, db: { pool: Promise.resolve(1) } })).map((r) => r).repartition(2).collect();'),
    );
    expect(stderr).toMatch(/\.db\.pool/);
    expect(stderr).toMatch(/Promise/);
    expect(code).toBe(1);
  });

  test('a function that never returns is cancelled', async () => {
    const text = jobText(
      'const abort = new AbortController();',
      'const stuck = lv.range(2, { numSlices: 2 }).map((x) => { console.log("spinning"); for (;;); }).collect({ signal: abort.signal });',
      'setTimeout(() => abort.abort(), 1000);',
      "const code = await stuck.then(() => 'none', (error) => error.code);",
      'console.log(code);',
      'console.log(await lv.range(10).count());',
    );
    const { code, stdout } = await run(text);
    // What a task said may come between: its lines take another way.
    expect(stdout.split('\n').filter((line) => line !== '' && !line.endsWith('spinning'))).toEqual(['JOB_CANCELLED', '10']);
    expect(code).toBe(0);
  });

  test('Ctrl-C cancels, also an endless loop', async () => {
    using folder = jobFolder({
      'job.ts': jobText('await lv.range(2, { numSlices: 2 }).foreach((x) => { console.log("spinning"); for (;;); });'),
    });
    let pressed = false;
    const { code, stderr } = await folder.run(['job.ts', '--on', 'local[2]'], {
      onStart: (child) => {
        const onText = (text: string): void => {
          if (!text.includes('spinning') || pressed) return;
          pressed = true;
          child.kill('SIGINT');
        };
        child.stdout?.on('data', onText);
        child.stderr?.on('data', onText);
      },
    });
    expect(stderr).toMatch(
      /levin: cancelled by SIGINT\. What is committed is kept: resume with levin run --app app-\S+\. \[JOB_CANCELLED\]\n$/,
    );
    expect(code).toBe(130);
  });
});

describe('memory of an executor', () => {
  const master = ['--on', 'local-cluster[1,1,192]', '--quiet'];

  test('a heap that grows without end: the driver lives, the error names task and remedy', async () => {
    const text = jobText(
      "const code = await lv.range(1, { numSlices: 1 }).map((x) => { const all: unknown[] = []; for (;;) all.push({ x, s: 'y'.repeat(20) + all.length }); }).collect()",
      '  .then(() => "none", (error) => `${error.code}: ${error.message}`);',
      'console.log(code);',
      'console.log(await lv.range(10).count());',
    );
    const { code, stdout } = await run(text, master);
    expect(stdout).toMatch(/^OUT_OF_MEMORY: collect: task 0 of stage 0 .*local-cluster\[1,1,384\]/);
    expect(stdout).toMatch(/\n10\n$/);
    expect(code).toBe(0);
  });

  test('buffers that grow without end: the same', async () => {
    const text = jobText(
      'const code = await lv.range(1, { numSlices: 1 }).map((x) => { const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(8_000_000, 1)); }).collect()',
      '  .then(() => "none", (error) => `${error.code}: ${error.message}`);',
      'console.log(code);',
      'console.log(await lv.range(10).count());',
    );
    const { code, stdout } = await run(text, master);
    expect(stdout).toMatch(/^OUT_OF_MEMORY: collect: task 0 of stage 0 .*local-cluster\[1,1,384\]/);
    expect(stdout).toMatch(/\n10\n$/);
    expect(code).toBe(0);
  });
});

describe('job files', () => {
  test('that are not there, or folders', async () => {
    using folder = jobFolder();
    const missing = await folder.run(['none.ts']);
    expect(missing.stderr).toMatch(/^levin: levin run: the job file .*none\.ts does not exist\. \[JOB_NOT_FOUND\]\n$/);
    const isFolder = await folder.run(['.']);
    expect(isFolder.stderr).toMatch(/is a folder, not a file\. \[JOB_NOT_FOUND\]\n$/);
    expect([missing.code, isFolder.code]).toEqual([1, 1]);
  });

  test('of an installed package', async () => {
    using folder = jobFolder({ 'node_modules/jobs/count.ts': jobText('console.log(await lv.range(3).count());') });
    const { code, stderr } = await folder.run(['node_modules/jobs/count.ts']);
    const path = join(realpathSync(folder.path), 'node_modules/jobs/count.ts');
    expect(stderr).toBe(
      `levin: levin run: the job file ${path} belongs to an installed package, whose functions cannot travel to executors. Copy it into your project and run the copy. [JOB_IN_PACKAGE]\n`,
    );
    expect(code).toBe(1);
  });

  test('with a syntax error', async () => {
    const { code, stderr } = await run("import { Context } from 'levin';\nconst x = (1 +;\n");
    expect(stderr).toMatch(/job\.ts:2:\d+/);
    expect(stderr).toContain('[SYNTAX_ERROR]');
    expect(code).toBe(1);
  });

  test('with an import that fails', async () => {
    const { code, stderr } = await run(`import './gone.ts';\n${jobText()}`);
    expect(stderr).toMatch(/gone\.ts/);
    expect(stderr).toMatch(/job\.ts/);
    expect(code).toBe(1);
  });

  test('without await before create', async () => {
    const { code, stderr } = await run(
      "import { Context } from 'levin';\nconst lv = Context.create() as any;\nconsole.log(lv.range(3));\n",
    );
    expect(stderr).toContain('lv.range is not a function');
    expect(stderr).toContain('Is an `await` missing before Context.create()?');
    expect(code).toBe(1);
  });

  test('without await before an action: the work is cancelled, and said to be', async () => {
    const { code, stderr } = await run(
      jobText('void lv.range(3).map((x) => { for (const t = Date.now(); Date.now() - t < 500; ); return x; }).count();'),
    );
    expect(stderr).toMatch(/count: cancelled: the Context was stopped while it ran \(is an `await` missing\?\)/);
    expect(code).toBe(1);
  });

  test('that never call stop end by themselves, code 0, with a summary', async () => {
    using folder = jobFolder({
      'job.ts': "import { Context } from 'levin';\nconst lv = await Context.create();\nconsole.log(await lv.range(5).count());\n",
    });
    const { code, stdout, stderr } = await folder.run(['job.ts', '--on', 'local[1]']);
    expect(stdout).toBe('5\n');
    expect(stderr).toMatch(/1 job/);
    expect(code).toBe(0);
  });
});

describe('contexts and settings', () => {
  test('a second Context while one is open', async () => {
    const { stderr } = await run(jobText('await Context.create();'));
    expect(stderr).toContain(
      'levin: A Context is open already in this process. Use it, or stop() it before creating another. [CONTEXT_OPEN]',
    );
  });

  test('use after stop, and a new Context after stop', async () => {
    const text = jobText(
      'const rdd = lv.range(3);',
      'await lv.stop();',
      "for (const use of [() => rdd.map((x) => x), () => lv.range(2), () => rdd.count()]) { try { await use(); console.log('no error'); } catch (error: any) { console.log(error.code); } }",
      'await using next = await Context.create();',
      'console.log(await next.range(4).count());',
    );
    const { stdout, code } = await run(text);
    expect(stdout).toBe('CONTEXT_STOPPED\nCONTEXT_STOPPED\nCONTEXT_STOPPED\n4\n');
    expect(code).toBe(0);
  });

  test('--help of a command shows what there is', async () => {
    using folder = jobFolder();
    const { stdout, code } = await folder.run(['--help']);
    expect(stdout).toMatch(/levin run \[?.*job\.ts/);
    expect(code).toBe(0);
  });

  test('unknown options, keys and values', async () => {
    using folder = jobFolder({ 'job.ts': jobText() });
    const stderrOf = async (...args: string[]): Promise<string> => (await folder.run(['job.ts', ...args])).stderr;
    expect(await stderrOf('--quite')).toMatch(/unknown option "--quite"\. Did you mean "--quiet"\?/);
    expect(await stderrOf('--conf', 'maxTaskFailure=3')).toContain(
      'Unknown configuration key "maxTaskFailure" (flag). Did you mean "maxTaskFailures"?',
    );
    expect(await stderrOf('--conf', 'spark.default.paralelism=3')).toContain('Did you mean "spark.default.parallelism"?');
    expect(await stderrOf('--conf', 'maxTaskFailures=0')).toContain(
      'maxTaskFailures is "0" (flag); it must be a whole number from 1 to 1000.',
    );
    expect(await stderrOf('--on', 'yarn')).toContain('master is "yarn"; it must be local, local[n], local[*]');
  });

  test('0 partitions, and 1 record in 1,000 partitions', async () => {
    const { stderr } = await run(jobText('lv.parallelize([1], 0);'));
    expect(stderr).toContain('levin: parallelize: numSlices is 0; it must be a whole number from 1 to 10000000. [INVALID_ARGUMENT]');
    const many = await run(
      jobText(
        "const one = lv.parallelize([['k', 1]], 1000);",
        'console.log(await one.collect(), await one.reduceByKey((a, b) => a + b).count(), await one.first());',
      ),
    );
    expect(many.stdout).toBe("[ [ 'k', 1 ] ] 1 [ 'k', 1 ]\n");
  });
});

test('nothing half-written is left looking whole when a save fails', async () => {
  using folder = jobFolder({
    'job.ts': jobText(
      "await lv.range(4, { numSlices: 4 }).map((x) => { if (x === 3) throw new TypeError('no'); return x; }).saveAsTextFile('out');",
    ),
  });
  const { code } = await folder.run(['job.ts', '--on', 'local[1]', '--quiet']);
  expect(code).toBe(1);
  expect(existsSync(join(folder.path, 'out/_SUCCESS'))).toBe(false);
  expect(existsSync(join(folder.path, 'out/_manifest.json'))).toBe(false);
});
