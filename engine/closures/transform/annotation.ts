import { type Node, type NodeOf, plainKey, startOf } from './ast.ts';
import type { Place } from './scope-model.ts';
import { outerPlace } from './site-names.ts';
import type { Site } from './sites.ts';

/**
 * How driver code ties a function to its site without changing what it does:
 * - `hoisted`: a call at the start of the block, because the declaration works from there on
 * - `after`: a call after the statement that declares it, so that JavaScript itself has named the function
 * - `method`: the object literal is wrapped
 * - `wrap`: the expression is wrapped where it stands
 */
export type Annotation =
  | { readonly kind: 'hoisted'; readonly positions: readonly number[]; readonly name: string | null }
  | { readonly kind: 'after'; readonly statement: Node; readonly name: string | null }
  | { readonly kind: 'method'; readonly object: NodeOf<'ObjectExpression'>; readonly place: Place; readonly key: string }
  | { readonly kind: 'wrap'; readonly needsParens: boolean }
  /** A later property may replace the method. */
  | { readonly kind: 'none' };

export function annotationOf({ node, place }: Site, program: NodeOf<'Program'>): Annotation {
  switch (node.type) {
    case 'FunctionDeclaration':
      return { kind: 'hoisted', positions: blockStarts(statementPlace(place), program), name: node.id?.name ?? null };
    case 'ClassDeclaration':
      return { kind: 'after', statement: statementPlace(place).node, name: node.id?.name ?? null };
    case 'Property':
      return methodAnnotation(node, place);
    default:
      return declaratorAnnotation(place) ?? { kind: 'wrap', needsParens: needsParens(place) };
  }
}

/** The statement that declares, with its `export`. */
function statementPlace(place: Place): Place {
  const { parent } = place;
  return parent?.node.type === 'ExportNamedDeclaration' || parent?.node.type === 'ExportDefaultDeclaration' ? parent : place;
}

/** In a `switch` each case with code: any of them may be entered first. */
function blockStarts(statement: Place, program: NodeOf<'Program'>): readonly number[] {
  const block = statement.parent?.node ?? program;
  if (block.type !== 'SwitchCase') return [firstStatement(statementsOf(block))];
  const around = statement.parent?.parent?.node;
  const cases = around?.type === 'SwitchStatement' ? around.cases : [block];
  return cases.filter(({ consequent }) => consequent.length > 0).map(({ consequent }) => firstStatement(consequent));
}

function statementsOf(block: Node): readonly Node[] {
  if (!('body' in block) || !Array.isArray(block.body)) throw new Error(`Expected a block, found ${block.type}`);
  return block.body;
}

/** Where the first statement begins that is not a directive; -1 when there is none. */
export function firstStatement(statements: readonly Node[]): number {
  const first = statements.find((node) => !(node.type === 'ExpressionStatement' && typeof node.directive === 'string'));
  if (first === undefined) return -1;
  const declared = 'declaration' in first ? first.declaration : null;
  return Math.min(startOf(first), declared === null || declared === undefined ? first.start : startOf(declared));
}

function methodAnnotation(node: NodeOf<'Property'>, place: Place): Annotation {
  const object = place.parent;
  const key = plainKey(node);
  if (object?.node.type !== 'ObjectExpression' || key === null) return { kind: 'none' };
  const { properties } = object.node;
  const later = properties.slice(properties.indexOf(node as (typeof properties)[number]) + 1);
  const mayBeReplaced = later.some((property) => property.type === 'SpreadElement' || property.computed || plainKey(property) === key);
  return mayBeReplaced ? { kind: 'none' } : { kind: 'method', object: object.node, place: object, key };
}

/** `const f = …;` as the last declarator of a statement that stands in a list. */
function declaratorAnnotation(place: Place): Annotation | null {
  const declarator = outerPlace(place);
  const declaration = declarator?.parent;
  if (declarator?.node.type !== 'VariableDeclarator' || declaration?.node.type !== 'VariableDeclaration') return null;
  const { kind, declarations } = declaration.node;
  const { id } = declarator.node;
  if (id.type !== 'Identifier' || declarations.at(-1) !== declarator.node || kind === 'using' || kind === 'await using') return null;
  const statement = statementPlace(declaration);
  return isInList(statement) ? { kind: 'after', statement: statement.node, name: id.name } : null;
}

const LISTS: ReadonlySet<string> = new Set(['BlockStatement', 'StaticBlock', 'SwitchCase', 'TSModuleBlock']);

function isInList({ parent }: Place): boolean {
  return parent === null || LISTS.has(parent.node.type);
}

/** `new class {}()` would become `new __lv(…)()`. */
export function needsParens({ parent, field }: Place): boolean {
  const type = parent?.node.type;
  if (type === 'NewExpression' || type === 'CallExpression') return field === 'callee';
  return (type === 'MemberExpression' && field === 'object') || type === 'TaggedTemplateExpression' || type === 'TSNonNullExpression';
}
