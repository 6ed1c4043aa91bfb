import { describe, expect, test } from 'vitest';
import { REGISTER, runNode } from '../../unit/closures/loading/run-node.ts';
import { tempProject } from '../../unit/closures/loading/temp-project.ts';
import { installedPackage, SHIP_PACKAGE } from './ship-project.ts';

const LIB = {
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
  'src/money.ts': `
    export interface Priced { price: Money }
    export class Money {
      constructor(public cents: number) {}
      static parse(text: string): Money { return new Money(Math.round(Number(text) * 100)); }
      plus(other: Money): Money { return new Money(this.cents + other.cents); }
    }
    export const scale = (by: number) => (x: number): number => x * by;
    export async function late(x: number): Promise<number> { return await Promise.resolve(x + 0.5); }`,
};

const JOB = `
import { createHash } from 'node:crypto';
import { capitalize } from 'lodash-es';
import * as lodash from 'lodash-es';
import { fingerprint, loaderKind, ship } from 'ship';
import { late, Money, type Priced, scale } from '@/money';
import { shared } from '@acme/shared';

console.log(loaderKind());
enum Level { High = 7 }
const base: number = await Promise.resolve(10);
const tip: Priced = { price: new Money(250) };
function plusBase(x: number): number { return x + base; }
class Local { #n: number; constructor(n: number) { this.#n = n; } static make(n: number) { return new Local(n); } get n() { return this.#n; } }

console.log(await ship((x: number) => plusBase(x) * Level.High, 1));
console.log(await ship((s: string) => capitalize(s) + lodash.camelCase('a b'), 'xyz'));
console.log(await ship(scale(3), 5), await ship(late, 1));
console.log(await ship((s: string) => Money.parse(s).plus(tip.price).cents, '1.5'));
console.log(await ship((n: number) => Local.make(n).n, 3));
console.log(await ship((s: string) => createHash('md5').update(s).digest('hex').slice(0, 4), 'a'));
console.log(await ship((n: number) => shared(n), 2));
console.log(await ship(Math.sqrt, 81), await ship(capitalize, 'abc'));
const named = (x: number): number => {
  if (x > 1) throw new RangeError('too much: ' + x);
  return x;
};
console.log(await ship(named, 2).catch((error: Error) => error.message.replace(/\\(.*\\//, '(')));
console.log(fingerprint(named));
`;

const OUTPUT = ['source', '77', 'XyzaB', '15 1.5', '400', '3', '0cc1', 'shared 4', '9 Abc', 'too much: 2    at named (job.ts:25:20)'];

describe('functions of a job loaded by levin/register, from disk and from the executor bundle', () => {
  test('give what JavaScript gives, and fail at the user’s line', () => {
    using project = tempProject({
      'app/package.json': '{ "type": "commonjs" }',
      ...Object.fromEntries(Object.entries({ ...LIB, ...SHIP_PACKAGE, 'job.ts': JOB }).map(([name, text]) => [`app/${name}`, text])),
      'shared/package.json': '{ "name": "@acme/shared", "exports": "./index.ts" }',
      'shared/index.ts': `import { twice } from './twice'; export const shared = (n: number): string => 'shared ' + twice(n);`,
      'shared/twice.ts': 'enum Factor { Two = 2 } export const twice = (n: number): number => n * Factor.Two;',
    });
    project.link('app/node_modules/lodash-es', installedPackage('lodash-es'));
    project.link('app/node_modules/@acme/shared', 'shared');
    const cwd = project.path('app');
    const first = runNode([...REGISTER, 'job.ts'], { cwd });
    expect([first.stderr, first.stdout.split('\n').slice(0, -2)]).toEqual(['', OUTPUT]);
    // The fingerprint is the same in the next process, which takes the modules from the cache.
    expect(runNode([...REGISTER, 'job.ts'], { cwd }).stdout).toBe(first.stdout);
  });

  test('a fingerprint follows the version of a package and the code of a linked one', () => {
    using project = tempProject({
      'package.json': '{}',
      ...SHIP_PACKAGE,
      'job.ts': `import { fingerprint } from 'ship'; import { used } from 'used'; import { mine } from '@acme/mine';
        console.log(fingerprint((x: string) => used(x)), fingerprint((x: string) => mine(x)));`,
      'node_modules/used/package.json': '{ "name": "used", "version": "1.0.0" }',
      'node_modules/used/index.js': 'exports.used = (x) => x;',
      'mine/package.json': '{ "name": "@acme/mine", "version": "1.0.0", "exports": "./index.ts" }',
      'mine/index.ts': 'export const other = 1;\nexport const mine = (x: string): string => x;',
    });
    project.link('node_modules/@acme/mine', 'mine');
    const run = (): string[] =>
      runNode([...REGISTER, 'job.ts'], { cwd: project.root })
        .stdout.trim()
        .split(' ');
    const before = run();
    project.write({ 'mine/index.ts': '// a comment\nexport const other = 2;\nexport const mine = (x: string): string => x;' });
    project.write({ 'node_modules/used/index.js': 'exports.used = (x) => x; // edited in place' });
    expect([before.length, run()]).toEqual([2, before]);
    project.write({ 'node_modules/used/package.json': '{ "name": "used", "version": "1.0.1" }' });
    const updated = run();
    expect([updated[0] === before[0], updated[1] === before[1]]).toEqual([false, true]);
    project.write({ 'mine/index.ts': 'export const mine = (x: string): string => x + "!";' });
    const edited = run();
    expect([edited[0] === updated[0], edited[1] === updated[1]]).toEqual([true, false]);
  });
});
