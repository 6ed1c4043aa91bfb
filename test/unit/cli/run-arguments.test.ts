import { describe, expect, test } from 'vitest';
import { parseRunArguments } from '../../../driver/cli/run-arguments.ts';

const message = (argv: readonly string[]): string => {
  try {
    parseRunArguments(argv);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('no error');
};

describe('levin run', () => {
  test('options stand on both sides of the job file; the rest is for the job', () => {
    expect(
      parseRunArguments(['--on', 'local[2]', 'job.ts', 'in.txt', '--conf=defaultParallelism=8', '--quiet', 'out', '--', '--fast', '-x']),
    ).toEqual({
      job: 'job.ts',
      args: ['in.txt', 'out', '--fast', '-x'],
      flags: { master: 'local[2]', defaultParallelism: '8', quiet: 'true' },
      appId: null,
    });
  });

  test('--master is --on, the last of two wins, values may hold =', () => {
    expect(parseRunArguments(['--master', 'local', 'j.ts', '--on=local[3]', '--conf', 'appName=a=b', '--app', 'app-1'])).toEqual({
      job: 'j.ts',
      args: [],
      flags: { master: 'local[3]', appName: 'a=b' },
      appId: 'app-1',
    });
  });

  test('an unknown option names the nearest one', () => {
    expect(message(['--quite', 'job.ts'])).toBe(
      'levin run: unknown option "--quite". Did you mean "--quiet"? Options of the job itself stand behind --: levin run job.ts -- --quite',
    );
    expect(message(['--input', 'job.ts'])).toContain(
      'Options: --on, --master, --name, --state-dir, --chaos, --conf, --app, --upload, --quiet.',
    );
  });

  test('what is missing is said', () => {
    expect(message([])).toBe('levin run: no job file was given.');
    expect(message(['job.ts', '--on'])).toBe('levin run: --on needs a value.');
    expect(message(['job.ts', '--quiet=1'])).toBe('levin run: --quiet takes no value.');
    expect(message(['job.ts', '--conf', 'x'])).toBe(
      'levin run: --conf is "x"; it must be key=value, for example --conf defaultParallelism=8.',
    );
  });

  test('a resumed job has its first arguments: others are refused', () => {
    expect(message(['job.ts', '--app', 'app-1', 'in.txt', '--', '-x'])).toBe(
      'levin run: --app app-1 runs the job with the arguments that its application was started with; leave out: in.txt -x',
    );
  });
});
