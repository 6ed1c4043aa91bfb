// All static checks at once; prints only what failed. Goal: 10 s.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise, judgeCruise } from './check-layers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `problem` is null where all is well. */
async function check(name, findProblem) {
  const start = performance.now();
  const problem = await findProblem().catch((error) => String(error));
  return { name, problem, seconds: (performance.now() - start) / 1000 };
}

/** The output of a tool that failed. */
function tool(script, ...args) {
  return () =>
    new Promise((done, fail) => {
      const child = spawn(process.execPath, [`${root}node_modules/${script}`, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout.on('data', (text) => (output += text));
      child.stderr.on('data', (text) => (output += text));
      child.on('error', fail);
      child.on('close', (code) => done(code === 0 ? null : output));
    });
}

/** Examples are what a user writes: they know the package by its name only. */
async function findExampleProblems() {
  const wrong = readdirSync(`${root}examples`)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(`${root}examples/${file}`, 'utf8').matchAll(/from '(\.\.\/[^']+)'/g)].map(
        ([, from]) => `examples/${file} → ${from}`,
      ),
    );
  return wrong.length === 0 ? null : wrong.join('\n');
}

const results = await Promise.all([
  check('tsc', tool('typescript/bin/tsc', '-p', '.')),
  check('biome', tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--diagnostic-level=warn', '.')),
  check('oxlint', tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.')),
  check('dependency-cruiser', async () => judgeCruise(await cruise(root))),
  check('knip', tool('knip/bin/knip.js', '--no-progress')),
  check('examples', findExampleProblems),
]);
for (const { name, problem, seconds } of results) {
  process.stdout.write(`${problem === null ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)\n`);
  if (problem !== null) process.stdout.write(`${problem}\n`);
}
process.exit(results.every(({ problem }) => problem === null) ? 0 : 1);
