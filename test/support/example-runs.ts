import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, readRepositoryFile } from './consumer.ts';
import { jobFolder } from './job-folder.ts';

/** A command on a page, `$ npx levin run examples/k-means.ts`, and what stands below it. */
export interface ShownRun {
  readonly args: readonly string[];
  readonly output: string;
}

/** A user's project that has the examples and their data. */
export interface ExampleProject {
  readonly path: string;
  /** Runs an example; gives what it printed and then, as pages show it, the line of the summary that counts jobs, stages and tasks. */
  run(args: readonly string[], master: string): Promise<string>;
  /** Makes an example wrong: replaces the only place where this text stands. */
  spoil(file: string, from: string, to: string): void;
  [Symbol.dispose](): void;
}

export function exampleProject(): ExampleProject {
  const folder = jobFolder();
  cpSync(join(REPOSITORY, 'examples'), join(folder.path, 'examples'), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder.path, 'node_modules'));
  return {
    path: folder.path,
    run: async (args, master) => {
      const { stdout, stderr, code } = await folder.run([...args, '--on', master]);
      if (code !== 0) throw new Error(`${args.join(' ')} on ${master} ended with code ${code}:\n${stderr}`);
      return `${stdout}${/^ {2}\d+ jobs?, .*\n/m.exec(stderr)?.[0]}`;
    },
    spoil: (file, from, to) => {
      const path = join(folder.path, file);
      const parts = readFileSync(path, 'utf8').split(from);
      if (parts.length !== 2) throw new Error(`"${from}" stands ${parts.length - 1} times in ${file}`);
      writeFileSync(path, parts.join(to));
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** The runs that docs/examples/<name>.md shows, in order. */
export function shownRuns(name: string): readonly ShownRun[] {
  const [, block] = /```console\n([\s\S]*?)```/.exec(readRepositoryFile(`docs/examples/${name}.md`)) ?? [];
  if (block === undefined) throw new Error(`docs/examples/${name}.md shows no run`);
  return [...block.matchAll(/^\$ npx levin run (.*)\n((?:(?!\$).*\n)*)/gm)].map(([, command, output]) => ({
    args: withoutMaster([...(command as string).matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => (quoted ?? plain) as string)),
    output: output as string,
  }));
}

function withoutMaster(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--on');
  return at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
}
