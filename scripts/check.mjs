// All static checks at once; prints only what failed. Goal: 10 s.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (path) => `${root}node_modules/${path}`;
/** Fewer modules than this means that the parser saw nothing: dependency-cruiser then passes whatever the imports are. */
const LEAST_CRUISED = 250;

function run(name, args, judge = ({ code, output }) => (code === 0 ? null : output)) {
  const start = performance.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('close', (code) => done({ name, problem: judge({ code, output }), seconds: (performance.now() - start) / 1000 }));
  });
}

function judgeCruise({ output }) {
  const { violations, totalCruised } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)).summary;
  if (totalCruised < LEAST_CRUISED) return `only ${totalCruised} modules were cruised; at least ${LEAST_CRUISED} are expected`;
  return violations.length === 0 ? null : violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).join('\n');
}

/** Examples are what a user writes: they know the package by its name only. */
function checkExamples() {
  const wrong = readdirSync(`${root}examples`)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(`${root}examples/${file}`, 'utf8').matchAll(/from '([^']+)'/g)].filter(([, from]) => from.startsWith('../')).map(([, from]) => `examples/${file} → ${from}`));
  return { name: 'examples', problem: wrong.length === 0 ? null : wrong.join('\n'), seconds: 0 };
}

const cruise = ['driver', 'engine', 'shuffle', 'functions', 'bench', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
const results = await Promise.all([
  run('tsc', [bin('typescript/bin/tsc'), '-p', '.']),
  run('biome', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '--diagnostic-level=warn', '.']),
  run('oxlint', [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '.']),
  run('dependency-cruiser', [bin('dependency-cruiser/bin/dependency-cruiser.mjs'), ...cruise], judgeCruise),
  run('knip', [bin('knip/bin/knip.js'), '--no-progress']),
  checkExamples(),
]);
for (const { name, problem, seconds } of results) {
  process.stdout.write(`${problem === null ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)\n`);
  if (problem !== null) process.stdout.write(`${problem}\n`);
}
process.exit(results.every(({ problem }) => problem === null) ? 0 : 1);
