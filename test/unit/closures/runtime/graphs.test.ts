import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { __def, __lazy, __lv, __sites } from '../../../../engine/closures/runtime/entry.ts';
import { prepareClosures, rebuildClosure } from '../../../../engine/closures/runtime/rebuild-closure.ts';
import { shipClosure } from '../../../../engine/closures/runtime/ship-closure.ts';
import { noImports, noSlices, site } from './hand-annotated.ts';

// Any graph of functions, objects, arrays, maps, sets and instances, with any cycles, arrives as the same graph.

const KINDS = ['function', 'object', 'array', 'map', 'set', 'instance'] as const;
type Kind = (typeof KINDS)[number];

/** Two children a node, by number: cycles and sharing come by themselves. */
interface NodePlan {
  readonly kind: Kind;
  readonly children: readonly [number, number];
}

const [functionSite, classSite] = __sites(
  'graphs.ts',
  'file:///graphs.ts',
  [site('graphs.ts#f', { captures: ['a', 'b'] }), site('graphs.ts#Pair', { kind: 'class', name: 'Pair' })],
  noImports,
  noSlices,
  'main',
);

class Pair {
  a: unknown;
  b: unknown;
}
__lv(Pair, classSite);

beforeAll(() => {
  __lazy('graphs.ts', {});
  __def(
    'graphs.ts#f',
    (a, b) => () => [a, b],
    () => {
      let [a, b]: readonly unknown[] = [];
      return [
        () => [a, b],
        (captures) => {
          [a, b] = captures;
        },
      ];
    },
  );
  __def('graphs.ts#Pair', () => Pair);
});

function build(plans: readonly NodePlan[]): () => unknown {
  const captured = new Map<unknown, [unknown, unknown]>();
  const nodes = plans.map(({ kind }): unknown => {
    if (kind === 'array') return [];
    if (kind === 'map') return new Map();
    if (kind === 'set') return new Set();
    if (kind === 'instance') return new Pair();
    if (kind === 'object') return {};
    const fn: () => unknown = __lv(
      () => captured.get(fn),
      functionSite,
      () => captured.get(fn) ?? [],
    );
    return fn;
  });
  plans.forEach(({ children }, index) => {
    const node = nodes[index];
    const [a, b] = children.map((child) => nodes[child % nodes.length]);
    if (typeof node === 'function') captured.set(node, [a, b]);
    else if (Array.isArray(node)) node.push(a, b);
    else if (node instanceof Map) node.set(a, b).set('b', a);
    else if (node instanceof Set) node.add(a).add(b);
    else Object.assign(node as object, { a, b });
  });
  const root = __lv(
    () => nodes[0],
    functionSite,
    () => [nodes[0], 'root'],
  );
  return root;
}

/** The graph below a value: every node once, by number in order of discovery, with its kind and children. */
function describeGraph(root: unknown): readonly unknown[] {
  const numbers = new Map<unknown, number>([[root, 0]]);
  const found = [root];
  const lines: unknown[] = [];
  for (let i = 0; i < found.length; i += 1) {
    const children = childrenOf(found[i]);
    const line = children.map((child) => {
      if (typeof child !== 'object' && typeof child !== 'function') return child;
      if (!numbers.has(child)) numbers.set(child, found.push(child) - 1);
      return numbers.get(child);
    });
    lines.push([kindOf(found[i]), ...line]);
  }
  return lines;
}

function childrenOf(node: unknown): readonly unknown[] {
  if (typeof node === 'function') return node() as readonly unknown[];
  if (node instanceof Map) return [...node].flat();
  if (node instanceof Set) return [...node];
  return Array.isArray(node) ? node : Object.values(node as object);
}

function kindOf(node: unknown): string {
  return typeof node === 'function' ? 'function' : (Object.getPrototypeOf(node) as { constructor: { name: string } }).constructor.name;
}

const plans = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), children: fc.tuple(fc.nat(20), fc.nat(20)) }) as fc.Arbitrary<NodePlan>,
  { minLength: 1, maxLength: 20 },
);

describe('any graph', () => {
  test('arrives as it was', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (graph) => {
        const root = build(graph);
        const { bytes } = shipClosure(root, { operation: 'rdd.map', callSite: null });
        await prepareClosures([bytes], async () => {});
        const [copied] = rebuildClosure(bytes)() as readonly unknown[];
        expect(describeGraph(copied)).toEqual(describeGraph(root()));
      }),
      { numRuns: 2000 },
    );
  });

  test('has the same bytes and fingerprint each time', () => {
    fc.assert(
      fc.property(plans, (graph) => {
        const [first, second] = [build(graph), build(graph)].map((root) => shipClosure(root, { operation: 'rdd.map', callSite: null }));
        expect(first?.bytes).toEqual(second?.bytes);
        expect(first?.fingerprint).toBe(second?.fingerprint);
      }),
    );
  });
});
