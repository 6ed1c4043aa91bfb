import { isTypeWrapper, type Node, plainKey } from './ast.ts';
import { type ImportTable, importedBy, staticMember } from './imports.ts';
import type { ContextUse } from './module-facts.ts';
import type { Place, Reference } from './scope-model.ts';

/** What makes a run of the code differ from another one. */
export interface Traits {
  /** `Math.random`, `Date`, `fetch`, `process`, `fs` … */
  readonly uses: ReadonlySet<string>;
  /** Names read from `process.env`, `*` for one known only at run time. */
  readonly env: ReadonlySet<string>;
  /** Module-level variables that functions reassign. */
  readonly mutable: ReadonlySet<string>;
}

export interface MutableTraits extends Traits {
  readonly uses: Set<string>;
  readonly env: Set<string>;
  readonly mutable: Set<string>;
}

export function createTraits(): MutableTraits {
  return { uses: new Set(), env: new Set(), mutable: new Set() };
}

export function addTraits(to: MutableTraits, from: Traits): void {
  for (const name of from.uses) to.uses.add(name);
  for (const name of from.env) to.env.add(name);
  for (const name of from.mutable) to.mutable.add(name);
}

/** Notes what a reference to a global or to an import of a Node module reveals. */
export function noteReference(traits: MutableTraits, reference: Reference, imports: ImportTable): void {
  const imported = reference.binding === null ? undefined : imports.get(reference.binding);
  if (reference.binding === null) noteGlobal(traits, reference.name, reference.place);
  else if (imported !== undefined) {
    const path = importedBy(imported, reference);
    const at = imported.imported === '*' && path !== '*' ? (reference.place.parent ?? reference.place) : reference.place;
    noteBuiltin(traits, { source: imported.source, name: path, place: at });
  } else if (reference.binding.scope.kind === 'module' && isReassignedInFunction(reference)) traits.mutable.add(reference.name);
}

/** `import('node:fs')` inside a function. */
export function noteDynamicImport(traits: MutableTraits, { place }: ContextUse): void {
  const { node } = place;
  if (node.type !== 'ImportExpression' || node.source.type !== 'Literal' || typeof node.source.value !== 'string') return;
  noteBuiltin(traits, { source: node.source.value, name: '*', place });
}

const OUTSIDE_WORLD: ReadonlySet<string> = new Set([
  'fs',
  'net',
  'http',
  'https',
  'http2',
  'child_process',
  'dgram',
  'dns',
  'tls',
  'sqlite',
]);

function noteBuiltin(traits: MutableTraits, use: { readonly source: string; readonly name: string; readonly place: Place }): void {
  const module = use.source.replace(/^node:/, '').replace(/\/.*$/, '');
  if (OUTSIDE_WORLD.has(module)) traits.uses.add(module);
  else if (module === 'crypto') noteCrypto(traits, use.name === 'default' ? memberOf(use.place) : use.name);
  else if (module === 'perf_hooks') traits.uses.add('performance');
  else if (module === 'process') noteProcess(traits, use.name, use.place);
}

function noteProcess(traits: MutableTraits, name: string, place: Place): void {
  traits.uses.add('process');
  if (name === 'env') noteEnvironment(traits, place);
  else if (name === 'default' && memberOf(place) === 'env' && place.parent !== null) noteEnvironment(traits, place.parent);
}

function noteCrypto(traits: MutableTraits, member: string | null): void {
  if (member === null || member === '*') traits.uses.add('crypto');
  else if (/^(random|getRandomValues|generateKey|webcrypto|subtle)/.test(member)) traits.uses.add(`crypto.${member}`);
}

function noteGlobal(traits: MutableTraits, name: string, place: Place): void {
  const member = memberOf(place);
  const parent = place.parent;
  switch (name) {
    case 'globalThis':
    case 'global':
      if (member !== null && parent !== null) noteGlobal(traits, member, parent);
      return;
    case 'Math':
      noteMath(traits, place, member);
      return;
    case 'Date':
      if (readsClock(place, member)) traits.uses.add('Date');
      return;
    case 'performance':
    case 'fetch':
    case 'WebSocket':
    case 'EventSource':
      traits.uses.add(name);
      return;
    case 'crypto':
      noteCrypto(traits, member);
      return;
    case 'process':
      traits.uses.add('process');
      if (member === 'env' && parent !== null) noteEnvironment(traits, parent);
      else if (member === null) noteDestructured(place, (key) => key === 'env' && traits.env.add('*'));
      return;
    default:
  }
}

function noteMath(traits: MutableTraits, place: Place, member: string | null): void {
  const note = (key: string): void => {
    if (key === 'random' || key === '*') traits.uses.add('Math.random');
  };
  if (member !== null) note(member);
  else if (!noteDestructured(place, note)) note('*');
}

/** `new Date(0)`, `Date.UTC(…)` and `x instanceof Date` give the same on every run. */
function readsClock(place: Place, member: string | null): boolean {
  if (member !== null) return member === 'now';
  const parent = place.parent?.node;
  if (parent?.type === 'NewExpression' && parent.callee === place.node) {
    return parent.arguments.length === 0 || parent.arguments[0]?.type === 'SpreadElement';
  }
  return !(parent?.type === 'BinaryExpression' && parent.operator === 'instanceof' && parent.right === place.node);
}

function noteEnvironment(traits: MutableTraits, place: Place): void {
  const parent = place.parent?.node;
  if (parent?.type === 'MemberExpression' && parent.object === place.node) traits.env.add(staticMember(parent) ?? '*');
  else if (!noteDestructured(place, (key) => traits.env.add(key))) traits.env.add('*');
}

/** `const { a, b } = place`: calls back with each key, `*` for a computed key or a rest. */
function noteDestructured(place: Place, note: (key: string) => void): boolean {
  const parent = place.parent?.node;
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'ObjectPattern' || parent.init !== place.node) return false;
  for (const property of parent.id.properties) note((property.type === 'Property' ? plainKey(property) : null) ?? '*');
  return true;
}

/** Name of the member that is read off the value at this place; null when another thing happens to it. */
function memberOf(place: Place): string | null {
  let at = place;
  while (at.parent !== null && isTypeWrapper(at.parent.node)) at = at.parent;
  const parent: Node | undefined = at.parent?.node;
  return parent?.type === 'MemberExpression' && parent.object === at.node ? staticMember(parent) : null;
}

function isReassignedInFunction({ binding }: Reference): boolean {
  return binding?.references.some(({ write, place }) => write && isInFunction(place)) ?? false;
}

export function isInFunction(place: Place): boolean {
  for (let scope = place.scope; scope.parent !== null; scope = scope.parent) if (scope.kind === 'function') return true;
  return false;
}
