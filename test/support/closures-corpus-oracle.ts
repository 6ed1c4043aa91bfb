import { analyze, DefinitionType, type Reference as OracleReference } from '@typescript-eslint/scope-manager';
import { visitorKeys } from 'oxc-parser';
import { existsAtRunTime, fieldOf, isNodeList, type Node, type Program } from '../../engine/closures/transform/ast.ts';
import { type Reference, thisScopeOf } from '../../engine/closures/transform/scope-model.ts';

/** `position:name` → what the reference does and where the name is declared. */
export type ReferenceFacts = ReadonlyMap<string, string>;

/**
 * What `@typescript-eslint/scope-manager` says about the value references of a program, but for its known differences:
 * - it reports names below type nodes (`typeof x`, `x is T`) as values: left out
 * - it takes initialisers for writes: left out
 * - it counts overload signatures, types and `declare`d names among the declarations of a variable: dropped, what has no other is global
 */
export function oracleFacts(program: Program): ReferenceFacts {
  const manager = analyze(program as never, { sourceType: 'module', lib: [], jsxPragma: null, jsxFragmentName: null });
  const types = typeRanges(program);
  const facts = new Map<string, string>();
  for (const reference of manager.scopes.flatMap((scope) => scope.references)) {
    const start = reference.identifier.range[0];
    if (!reference.isValueReference || reference.init === true || types.some(([from, to]) => from <= start && start < to)) continue;
    facts.set(
      `${start}:${String(reference.identifier.name)}`,
      `${use(reference.isRead(), reference.isWrite())} of ${oracleTarget(reference)}`,
    );
  }
  return facts;
}

/** The same of our own resolver. */
export function ownFacts(references: readonly Reference[]): ReferenceFacts {
  return new Map(
    references.map((reference) => [
      `${reference.place.node.start}:${reference.name}`,
      `${use(reference.read, reference.write)} of ${ownTarget(reference)}`,
    ]),
  );
}

function use(read: boolean, write: boolean): string {
  return [read ? 'read' : '', write ? 'write' : ''].filter((word) => word !== '').join(' and ');
}

function ownTarget({ binding, name, place }: Reference): string {
  if (binding !== null) return positions(binding.declarations.map(({ id }) => id.start));
  const owner = thisScopeOf(place.scope);
  return name === 'arguments' && owner.kind === 'function' ? `arguments of ${owner.node.start}` : 'global';
}

function oracleTarget({ resolved }: OracleReference): string {
  if (resolved === null) return 'global';
  if (resolved.defs.length === 0) return `arguments of ${resolved.scope.block.range[0]}`;
  const exists = (node: unknown): boolean => node == null || existsAtRunTime(node as never);
  // Of `declare const a: T`, the node is `a: T` and `declare` is its parent's.
  const values = resolved.defs.filter(({ type, node, parent }) => type !== DefinitionType.Type && exists(node) && exists(parent));
  return values.length === 0 ? 'global' : positions(values.map(({ name }) => name.range[0]));
}

function positions(starts: readonly number[]): string {
  return starts.toSorted((a, b) => a - b).join(', ');
}

/** Below these nodes the oracle reports `typeof x` and `x is T` as values. */
function typeRanges(program: Program): [number, number][] {
  const ranges: [number, number][] = [];
  const stack: Node[] = [program];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!existsAtRunTime(node)) {
      ranges.push([node.start, node.end]);
      continue;
    }
    for (const field of visitorKeys[node.type] ?? []) {
      const value = fieldOf(node, field);
      if (value !== null) stack.push(...(isNodeList(value) ? value : [value]).filter((child) => child !== null));
    }
  }
  return ranges;
}
