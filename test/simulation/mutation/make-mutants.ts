import { parseSync } from 'oxc-parser';
import type { Patch } from './patch.ts';

/** One small change of a file, made by a rule. */
export interface ToolMutant {
  readonly rule: string;
  readonly line: number;
  /** That line, without indentation. */
  readonly lineText: string;
  readonly before: string;
  readonly patch: Patch;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const SWAPPED: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
  '++': '--',
  '--': '++',
};

/** Every change that the rules make in a file: none of types, nor of the texts of errors. */
export function makeMutants(file: string, source: string): readonly ToolMutant[] {
  const mutants: ToolMutant[] = [];
  const lines = source.split('\n');
  const add = (rule: string, { start, end }: Pick<Node, 'start' | 'end'>, text: string): void => {
    const line = source.slice(0, start).split('\n').length;
    const lineText = (lines[line - 1] as string).trim();
    mutants.push({
      rule,
      line,
      lineText,
      before: source.slice(start, end).replace(/\s+/g, ' ').slice(0, 80),
      patch: { file, start, end, text },
    });
  };
  const textOf = ({ start, end }: Node): string => source.slice(start, end);
  const visit = (node: Node, parent: Node | null): void => {
    if (node.type.startsWith('TS') && !/^TS(As|NonNull|Satisfies)/.test(node.type)) return;
    if (node.type === 'NewExpression' && /Error$/.test(textOf(node['callee'] as Node))) return;
    if (node.type === 'ImportDeclaration' || node.type === 'TemplateLiteral') return;
    mutate(node, parent, { add, textOf, source });
    for (const [field, value] of Object.entries(node)) {
      if (field === 'typeAnnotation' && node.type !== 'TSAsExpression') continue;
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, node);
    }
  };
  const { program } = parseSync(file, source, { lang: 'ts', sourceType: 'module', astType: 'ts', preserveParens: false });
  visit(program as unknown as Node, null);
  return mutants;
}

interface Maker {
  readonly add: (rule: string, range: Pick<Node, 'start' | 'end'>, text: string) => void;
  readonly textOf: (node: Node) => string;
  readonly source: string;
}

function mutate(node: Node, parent: Node | null, { add, textOf, source }: Maker): void {
  const part = (field: string): Node => node[field] as Node;
  switch (node.type) {
    case 'IfStatement':
      add('negated condition', part('test'), `!(${textOf(part('test'))})`);
      if (part('consequent').type !== 'ReturnStatement') add('branch left out', part('consequent'), '{}');
      break;
    case 'ConditionalExpression':
      add('swapped branches', node, `(${textOf(part('test'))}) ? (${textOf(part('alternate'))}) : (${textOf(part('consequent'))})`);
      break;
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression': {
      const [left, right, operator] = [part('left'), part('right'), String(node['operator'])];
      const at = source.indexOf(operator, left.end);
      const range = { start: at, end: at + operator.length };
      const swapped = SWAPPED[operator];
      if (swapped !== undefined) add(`${operator} for ${swapped}`, range, swapped);
      if ((operator === '+' || operator === '-') && isNumber(left, right)) add('+ for -', range, operator === '+' ? '-' : '+');
      if (node.type === 'LogicalExpression' && operator === '&&') {
        add('half a condition', node, textOf(left));
        add('half a condition', node, textOf(right));
      }
      break;
    }
    case 'UpdateExpression': {
      const operator = String(node['operator']);
      add('++ for --', node, textOf(node).replace(operator, SWAPPED[operator] as string));
      break;
    }
    case 'Literal':
      if (typeof node['value'] === 'number' && parent?.type !== 'Property') add('a number more', node, String(node['value'] + 1));
      if (typeof node['value'] === 'number' && node['value'] > 0) add('a number less', node, String(node['value'] - 1));
      if (typeof node['value'] === 'boolean') add('true for false', node, String(!node['value']));
      break;
    case 'ExpressionStatement':
      if (/^(Call|Assignment|Update|Await)Expression$/.test(part('expression').type)) add('statement left out', node, ';');
      if (part('expression').type === 'AwaitExpression')
        add('await left out', part('expression'), textOf(part('expression')['argument'] as Node));
      break;
    case 'ArrayExpression':
    case 'ObjectExpression': {
      const parts = (node[node.type === 'ArrayExpression' ? 'elements' : 'properties'] as readonly (Node | null)[]).filter(
        (each) => each !== null,
      );
      for (const each of parts)
        if (each.type === 'SpreadElement' && parts.length > 1)
          add('spread left out', each, node.type === 'ArrayExpression' ? '...[]' : '...{}');
      break;
    }
    case 'MemberExpression':
      if (textOf(node) === 'Math.min') add('Math.min for Math.max', node, 'Math.max');
      if (textOf(node) === 'Math.max') add('Math.min for Math.max', node, 'Math.min');
      break;
    case 'ContinueStatement':
      add('break for continue', node, 'break;');
      break;
    case 'BreakStatement':
      if (parent?.type !== 'SwitchCase') add('continue for break', node, 'continue;');
      break;
    default:
      if (isVoidFunction(node)) add('returns at once', { start: part('body').start + 1, end: part('body').start + 1 }, ' return;');
  }
}

function isNumber(...nodes: readonly Node[]): boolean {
  return nodes.some(({ type, value }) => type === 'Literal' && typeof value === 'number');
}

function isVoidFunction(node: Node): boolean {
  if (!/^(FunctionDeclaration|ArrowFunctionExpression|FunctionExpression)$/.test(node.type)) return false;
  const type = (node['returnType'] as { readonly typeAnnotation?: Node } | null | undefined)?.typeAnnotation;
  return type?.type === 'TSVoidKeyword' && (node['body'] as Node).type === 'BlockStatement';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { readonly type?: unknown }).type === 'string';
}
