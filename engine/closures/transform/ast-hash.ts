import {
  existsAtRunTime,
  fieldOf,
  isNodeList,
  isThisParameter,
  type Node,
  type NodeType,
  plainKey,
  unwrapTypes,
  valueFields,
} from './ast.ts';
import { digest } from './digest.ts';

/** Called for the root of every site that lies below the hashed node: its text, with the sites in it folded to their hashes. */
export type FoldSite = (node: Node, content: string) => string;

/**
 * A text that is equal for two pieces of code exactly when they do the same for the same reason:
 * without types, positions, comments, parentheses, quote style and empty statements.
 * Sites below it stand as the hash that `fold` gives them, so one pass hashes a whole module (a Merkle tree).
 */
export function hashTree(root: Node, isSite: (node: Node) => boolean, fold: FoldSite): string {
  const frames: { readonly node: Node; readonly out: string[] }[] = [{ node: root, out: [] }];
  const stack: (Node | string | typeof CLOSE)[] = [root];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const frame = frames.at(-1);
    if (frame === undefined) break;
    if (item === CLOSE) {
      frames.pop();
      frames.at(-1)?.out.push(`@${fold(frame.node, frame.out.join(''))}`);
    } else if (typeof item === 'string') frame.out.push(item);
    else {
      const node = unwrapTypes(item);
      if (isSite(node)) {
        frames.push({ node, out: [] });
        stack.push(CLOSE);
      }
      open(node, stack);
    }
  }
  return digest(frames[0]?.out.join('') ?? '');
}

const CLOSE: unique symbol = Symbol('end of a site');

/** Pushes what a node consists of, last part first. */
function open(node: Node, stack: (Node | string | typeof CLOSE)[]): void {
  const fields = valueFields(node);
  stack.push(')');
  for (let index = fields.length - 1; index >= 0; index--) {
    const field = fields[index] as string;
    const value = fieldOf(node, field);
    if (field === 'key' && 'computed' in node && 'key' in node && !node.computed) stack.push(keyText(node));
    else if (isNodeList(value)) pushList(field, value, stack);
    else stack.push(value !== null && existsAtRunTime(value) ? value : '-');
  }
  stack.push(`(${headOf(node)}`);
}

function pushList(field: string, list: readonly (Node | null)[], stack: (Node | string | typeof CLOSE)[]): void {
  if (field === 'decorators' && list.length === 0) return;
  stack.push(']');
  for (let index = list.length - 1; index >= 0; index--) {
    const item = list[index] ?? null;
    if (item === null) stack.push('_');
    else if (existsAtRunTime(item) && item.type !== 'EmptyStatement' && !isThisParameter(item)) stack.push(item);
  }
  stack.push('[');
}

function keyText(node: Node & { readonly computed: boolean; readonly key: Node }): string {
  if (node.key.type === 'PrivateIdentifier') return `#${node.key.name}`;
  const key = plainKey(node);
  if (key !== null) return JSON.stringify(key);
  return node.key.type === 'Literal' ? JSON.stringify(node.key.raw) : '?';
}

/** Fields besides child nodes that change what a node does. */
const SCALARS: { readonly [K in NodeType]?: readonly string[] } = {
  Identifier: ['name'],
  JSXIdentifier: ['name'],
  JSXText: ['value'],
  PrivateIdentifier: ['name'],
  BinaryExpression: ['operator'],
  LogicalExpression: ['operator'],
  AssignmentExpression: ['operator'],
  UnaryExpression: ['operator'],
  UpdateExpression: ['operator', 'prefix'],
  VariableDeclaration: ['kind'],
  FunctionDeclaration: ['async', 'generator'],
  FunctionExpression: ['async', 'generator'],
  ArrowFunctionExpression: ['async'],
  Property: ['kind', 'computed', 'method'],
  MethodDefinition: ['kind', 'computed', 'static'],
  PropertyDefinition: ['computed', 'static'],
  AccessorProperty: ['computed', 'static'],
  MemberExpression: ['computed', 'optional'],
  CallExpression: ['optional'],
  ForOfStatement: ['await'],
  YieldExpression: ['delegate'],
  ImportExpression: ['phase'],
  TSEnumDeclaration: ['const'],
};

function headOf(node: Node): string {
  if (node.type === 'Literal') return literalText(node as unknown as AnyLiteral);
  if (node.type === 'TemplateElement') return `TemplateElement ${JSON.stringify(node.value.raw)}`;
  const scalars = SCALARS[node.type];
  if (scalars === undefined) return node.type;
  const fields = node as unknown as Record<string, unknown>;
  return `${node.type} ${scalars.map((name) => String(fields[name])).join(' ')}`;
}

interface AnyLiteral {
  readonly value: unknown;
  readonly raw: string;
  readonly bigint?: string;
  readonly regex?: { readonly pattern: string; readonly flags: string };
}

function literalText({ value, raw, bigint, regex }: AnyLiteral): string {
  if (bigint !== undefined) return `${bigint}n`;
  if (regex !== undefined) return `/${regex.pattern}/${regex.flags}`;
  if (typeof value === 'number') return String(value);
  // The parser hands over its tree as JSON, which has no lone surrogates.
  return typeof value === 'string' && value.includes('\uFFFD') ? raw : JSON.stringify(value);
}
