import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY: string = fileURLToPath(new URL('../..', import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program as a user's shell would: nothing of the `npm test` around it is inherited but the path to this Node. */
export function runCommand(cwd: string, command: string, ...args: readonly string[]): Promise<CommandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const own = /^(npm_|VITEST|INIT_CWD$|NODE_|LEVIN_|TEST$|MODE$|PROD$|DEV$|BASE_URL$|SSR$)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
  const child = spawn(command, args, {
    cwd,
    env: {
      ...env,
      NO_COLOR: '1',
      LEVIN_STATE_DIR: join(cwd, '.state'),
      PATH: `${dirname(process.execPath)}${delimiter}${env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.on('error', reject);
  child.on('close', (code) => resolve({ code, stdout, stderr }));
  return promise;
}

/** The same, when anything but success is a failure of the test. */
export async function runWell(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(cwd, command, ...args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** A folder as `npm init -y` makes it, with these packages installed. */
export async function packageFolder(path: string, packages: readonly string[]): Promise<string> {
  mkdirSync(path, { recursive: true });
  await runWell(path, 'npm', 'init', '-y');
  await runWell(path, 'npm', 'pkg', 'set', '--json', 'allowScripts={"node":true}');
  await runWell(path, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...packages);
  return path;
}

/** The package as it would be published, packed into this folder; gives its file. */
export async function packedPackage(folder: string): Promise<string> {
  if (!existsSync(join(REPOSITORY, 'dist/driver/index.js'))) throw new Error('dist is missing; run: npm run build');
  const out = await runWell(REPOSITORY, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  return join(folder, (JSON.parse(out) as [{ readonly filename: string }])[0].filename);
}

/** What `console.table` shows of an array of pairs, read back. */
export function tableRows(stdout: string): [string, number][] {
  return [...stdout.matchAll(/│ \d+ +│ '(.+?)' +│ (\d+) +│/g)].map(([, word, n]) => [word as string, Number(n)]);
}

/** Code blocks that say which file they are cut from: `<!-- cut from examples/quick-start.ts -->`. */
export function cutBlocks(markdown: string): readonly { readonly file: string; readonly code: string }[] {
  return [...markdown.matchAll(/<!-- cut from (\S+) -->\n```\w*\n([\s\S]*?)```/g)].map(([, file, code]) => ({
    file: file as string,
    code: code as string,
  }));
}

/** Compiles files as a strict consumer would; the answer is what tsc said. */
export async function compileStrictly(
  folder: string,
  files: string | readonly string[],
  options: { readonly module: string; readonly moduleResolution: string; readonly [option: string]: unknown },
): Promise<string> {
  const config = `tsconfig.${options.moduleResolution}.json`;
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'dom'],
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    ...options,
  };
  writeFileSync(join(folder, config), JSON.stringify({ compilerOptions, files: [files].flat() }));
  const { code, stdout } = await runCommand(folder, process.execPath, join(REPOSITORY, 'node_modules/typescript/bin/tsc'), '-p', config);
  return code === 0 ? '' : stdout;
}

export function readRepositoryFile(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}
