import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runInThisContext } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { transform } from '../../engine/closures/transform/transform.ts';
import { errorCode } from '../../engine/errors/levin-error.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Uses several libraries hard and gives plain results. */
const PROGRAM = `
import * as _ from 'lodash-es';
import { parse } from 'acorn';
import { walk } from 'estree-walker';
import MagicString from 'magic-string';
import { csvParse, csvFormat, autoType } from 'd3-dsv';
import { z } from 'zod';
import * as codec from '@jridgewell/sourcemap-codec';

const source = SOURCE;
const tree = parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
const text = new MagicString(source);
const counts = {};
walk(tree, {
  enter(node) {
    counts[node.type] = (counts[node.type] ?? 0) + 1;
    if (node.type === 'Identifier') text.update(node.start, node.end, node.name.toUpperCase());
  },
});
const people = _.range(200).map((id) => ({ id, team: 't' + (id % 7), score: (id * 37) % 101 }));
const schema = z.object({ id: z.number().int(), team: z.string().regex(/^t/), score: z.number().max(99).optional() }).strict();
const csv = csvFormat(people);
globalThis.levinCorpusResult = JSON.stringify({
  tree,
  counts,
  edited: text.toString(),
  mappings: codec.decode(text.generateMap({ hires: true }).mappings).length,
  grouped: _.mapValues(_.groupBy(people, 'team'), (list) => _.sumBy(list, 'score')),
  sorted: _.orderBy(people, ['score', 'id'], ['desc', 'asc']).slice(0, 20),
  deep: _.merge(_.cloneDeep({ a: [1, { b: 2 }] }), { a: [3, { c: 4 }] }),
  words: _.countBy(_.words(source.slice(0, 2000)), _.toLower),
  template: _.template('<% _.forEach(xs, function (x) { %><li><%- x %></li><% }); %>', { imports: { _ } })({ xs: ['a', '<b>'] }),
  debounced: typeof _.debounce(() => 1, 10),
  chain: _.chain(people).filter((p) => p.score > 50).map('id').chunk(3).flatten().value(),
  csv: csvParse(csv, autoType).length,
  valid: people.map((person) => schema.safeParse(person).success),
  issues: schema.safeParse({ id: 1.5, team: 'x', more: 1 }).error.issues,
});
`;

export interface LibraryRun {
  /** JSON of everything the program computed. */
  readonly result: string;
  /** Files that went through the transform. */
  readonly transformed: number;
  /** Factories registered by executor code, and how many without captures gave a function. */
  readonly factories: number;
  readonly rebuilt: number;
}

/** Bundles real libraries, with or without the transform, runs them and gives what they computed. */
export async function runLibraries(mode: 'driver' | 'executor' | null): Promise<LibraryRun> {
  const source = readFileSync(join(ROOT, 'node_modules/acorn/dist/acorn.mjs'), 'utf8');
  const counter = { transformed: 0 };
  const output = await build({
    stdin: { contents: PROGRAM.replace('SOURCE', () => JSON.stringify(source)), resolveDir: ROOT, loader: 'js' },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'node24',
    logLevel: 'silent',
    plugins: mode === null ? [] : [transformPlugin(mode, counter)],
  });
  const holder = globalThis as { levinCorpusResult?: string; levinCorpusFactories?: (readonly [factory: () => unknown, length: number])[] };
  holder.levinCorpusFactories = [];
  runInThisContext(output.outputFiles[0]?.text ?? '');
  const factories = holder.levinCorpusFactories;
  const rebuilt = factories.filter(([factory, length]) => length === 0 && typeof factory() === 'function').length;
  return { result: holder.levinCorpusResult ?? '', transformed: counter.transformed, factories: factories.length, rebuilt };
}

/** The least that transformed code needs from the runtime. */
const RUNTIME = `
const site = Symbol('site'), thunk = Symbol('thunk');
export const __sites = (...args) => args[2];
export const __lv = (fn, s, t, name) => {
  fn[site] = s;
  fn[thunk] = t;
  if (name !== undefined && fn.name === '') Object.defineProperty(fn, 'name', { value: name, configurable: true });
  return fn;
};
export const __lvm = (object, list) => { for (const [key, s, t] of list) __lv(object[key], s, t); return object; };
export const __refs = (id, refs) => refs;
export const __lazy = () => {};
export const __def = (key, factory) => globalThis.levinCorpusFactories.push([factory, factory.length]);
`;

function transformPlugin(mode: 'driver' | 'executor', counter: { transformed: number }): Plugin {
  return {
    name: 'closure-transform',
    setup(builder) {
      builder.onResolve({ filter: /^levin\/runtime$/ }, () => ({ path: 'runtime', namespace: 'levin' }));
      builder.onLoad({ filter: /.*/, namespace: 'levin' }, () => ({ contents: RUNTIME, loader: 'js' }));
      builder.onLoad({ filter: /\.m?js$/, namespace: 'file' }, ({ path }) => {
        const contents = transformed(path, mode);
        if (contents === null) return undefined;
        counter.transformed++;
        return { contents, loader: 'js' };
      });
    },
  };
}

function transformed(path: string, mode: 'driver' | 'executor'): string | null {
  const options = { moduleId: relative(ROOT, path), mode, role: 'module', runtime: 'levin/runtime', driverOnly: [] } as const;
  try {
    return transform(readFileSync(path, 'utf8'), path, options).code;
  } catch (error) {
    if (errorCode(error) === 'COMMONJS_MODULE') return null;
    throw error;
  }
}
