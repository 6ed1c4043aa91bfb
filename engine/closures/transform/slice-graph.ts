import { isTypeWrapper, type Node, unwrapTypes } from './ast.ts';
import { isReassigned } from './captures.ts';
import type { ImportTable } from './imports.ts';
import type { ModuleFacts } from './module-facts.ts';
import type { Binding, Reference } from './scope-model.ts';
import { moduleBindingOf, type Statement } from './statements.ts';
import { isInFunction } from './traits.ts';

/** What has to stay the same for a binding to mean the same: nodes are statements, then bindings. */
export interface SliceGraph {
  readonly edges: readonly (readonly number[])[];
  readonly nodeOf: (binding: Binding) => number;
  /** A used import on which a statement of its own works (`dayjs.extend(utc)`). */
  readonly isTouchedImport: (binding: Binding) => boolean;
}

/**
 * ```
 * statement ──▶ every binding it names
 * binding   ──▶ statements that declare it
 *           ──▶ impure statements that may change what it holds, themselves or through functions they call
 *           ──▶ statements with a function that assigns it or one of its members
 * import    ──▶ expression statements that use it
 * ```
 * Missed are changes through aliases, from other modules and through globals.
 */
export function buildSliceGraph(facts: ModuleFacts, statements: readonly Statement[], imports: ImportTable): SliceGraph {
  const bindings = [...facts.module.bindings.values()];
  const indexOf = new Map(bindings.map((binding, index) => [binding, statements.length + index]));
  const nodeOf = (binding: Binding): number => indexOf.get(binding) ?? -1;
  const edges: Set<number>[] = Array.from({ length: statements.length + bindings.length }, () => new Set());
  const connect = (binding: Binding, statement: number): void => void edges[nodeOf(binding)]?.add(statement);
  const declaredIn = findDeclarations(bindings, statements, imports);

  for (const [binding, declaring] of declaredIn) for (const statement of declaring) connect(binding, statement);
  statements.forEach((statement, index) => {
    for (const reference of statement.references) {
      const binding = moduleBindingOf(reference);
      if (binding === null) continue;
      edges[index]?.add(nodeOf(binding));
      if (imports.has(binding)) {
        if (statement.node.type === 'ExpressionStatement') connect(binding, index);
      } else if ((reference.write || isMemberWrite(reference)) && isInFunction(reference.place)) connect(binding, index);
    }
    if (!statement.isPure) for (const binding of reach(index, statements, declaredIn)) if (!imports.has(binding)) connect(binding, index);
  });
  return {
    edges: edges.map((targets) => [...targets]),
    nodeOf,
    isTouchedImport: (binding) => imports.has(binding) && (edges[nodeOf(binding)]?.size ?? 0) > 0,
  };
}

type Declarations = ReadonlyMap<Binding, readonly number[]>;

function findDeclarations(bindings: readonly Binding[], statements: readonly Statement[], imports: ImportTable): Declarations {
  const starts = statements.map(({ node }) => node);
  const declarations = new Map<Binding, number[]>();
  for (const binding of bindings) {
    if (imports.has(binding)) continue;
    const found = binding.declarations.map(({ id }) => indexHolding(starts, id));
    declarations.set(binding, [...new Set(found.filter((index) => index >= 0))]);
  }
  return declarations;
}

function indexHolding(nodes: readonly Node[], { start }: Node): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((nodes[middle]?.end ?? 0) > start) high = middle;
    else low = middle + 1;
  }
  return low < nodes.length ? low : -1;
}

/** Bindings whose content an impure statement may change: those it names, and those named by functions that it names. */
function reach(first: number, statements: readonly Statement[], declaredIn: Declarations): ReadonlySet<Binding> {
  const touched = new Set<Binding>();
  const seen = new Set([first]);
  const open = [first];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const reference of statements[index]?.references ?? []) {
      const binding = moduleBindingOf(reference);
      if (binding === null) continue;
      const isFunction = isFunctionLike(binding);
      if (!(isFunction ? isCallee(reference) : isPrimitiveConstant(binding))) touched.add(binding);
      if (!isFunction) continue;
      for (const next of declaredIn.get(binding) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
  }
  return touched;
}

/** A function or class that keeps its value: calling it does not change the binding itself. */
function isFunctionLike(binding: Binding): boolean {
  if (isReassigned(binding)) return false;
  const node = binding.declarations[0]?.node;
  if (node?.type === 'FunctionDeclaration' || node?.type === 'ClassDeclaration') return true;
  const value = initialValue(node);
  return value !== null && /^(ArrowFunction|Function|Class)Expression$/.test(value.type);
}

/** Nothing can change what `const LIMIT = 5` holds. */
function isPrimitiveConstant(binding: Binding): boolean {
  if (binding.kind !== 'const') return false;
  const value = initialValue(binding.declarations[0]?.node);
  if (value?.type === 'Literal') return !('regex' in value);
  return (
    (value?.type === 'TemplateLiteral' && value.expressions.length === 0) ||
    (value?.type === 'UnaryExpression' && value.argument.type === 'Literal')
  );
}

function initialValue(node: Node | undefined): Node | null {
  if (node?.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || node.init === null) return null;
  return unwrapTypes(node.init);
}

function isCallee({ place }: Reference): boolean {
  const parent = place.parent?.node;
  return (parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && parent.callee === place.node;
}

/** `cfg.a.b = 1`, `cfg.n++`, `delete cfg.x`. */
function isMemberWrite({ place }: Reference): boolean {
  let at = place;
  while (at.parent !== null && (isTypeWrapper(at.parent.node) || (at.parent.node.type === 'MemberExpression' && at.field === 'object')))
    at = at.parent;
  const parent = at.parent?.node;
  if (at === place || parent === undefined) return false;
  if (parent.type === 'UnaryExpression') return parent.operator === 'delete';
  return parent.type === 'UpdateExpression' || (parent.type === 'AssignmentExpression' && at.field === 'left');
}
