import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CliOptions, type CliResult, runCli, temporaryFolder } from './run-cli.ts';

/** A user's project in a temporary folder, with a state folder of its own. */
export interface JobFolder {
  readonly path: string;
  write(name: string, text: string): string;
  /** `levin run job.ts …` in this folder. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  [Symbol.dispose](): void;
}

export function jobFolder(files: Readonly<Record<string, string>> = {}): JobFolder {
  const folder = temporaryFolder('levin-job-');
  const write = (name: string, text: string): string => {
    const file = join(folder.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  write('package.json', '{ "name": "user-project", "type": "commonjs" }');
  for (const [name, text] of Object.entries(files)) write(name, text);
  return {
    path: folder.path,
    write,
    run: (args, options = {}) =>
      runCli(['run', ...args], { cwd: folder.path, ...options, env: { LEVIN_STATE_DIR: join(folder.path, '.state'), ...options.env } }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** A job that opens a Context and runs these lines. */
export function jobText(...lines: readonly string[]): string {
  return ["import { Context } from 'levin';", '', 'await using lv = await Context.create();', ...lines, ''].join('\n');
}
