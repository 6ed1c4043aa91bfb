import { type Node, parseSync } from 'oxc-parser';

/** Operations whose function arguments travel to executors. Those of `shared` are methods of arrays too. */
const OPERATIONS: ReadonlySet<string> = new Set([
  'map',
  'flatMap',
  'filter',
  'mapPartitions',
  'mapValues',
  'reduceByKey',
  'sortBy',
  'takeOrdered',
  'top',
  'fold',
  'aggregate',
  'foreachPartition',
  'reduce',
  'foreach',
]);
const SHARED: ReadonlySet<string> = new Set(['map', 'flatMap', 'filter', 'reduce']);
/** What gives an RDD: a chain that contains one of these is no array. */
const RDD_SOURCES: ReadonlySet<string> = new Set([
  'parallelize',
  'range',
  'textFile',
  ...[...OPERATIONS].filter((name) => !SHARED.has(name)),
]);
/** What gives an array or another value of the driver. */
const ARRAY_SOURCES: ReadonlySet<string> = new Set([
  'split',
  'keys',
  'values',
  'entries',
  'from',
  'of',
  'slice',
  'concat',
  'matchAll',
  'match',
  'toSorted',
  'sort',
]);

/** A function that stands as an argument of an operation, by where it begins in the source. */
export interface OperationArgument {
  /** `map`. */
  readonly operation: string;
  /** The function's first character, or that of the name that stands for it. */
  readonly start: number;
  /** The argument is this name of a function declared elsewhere in the file. */
  readonly name: string | null;
}

/**
 * Finds the functions that are passed directly to a known operation, without types: an array's `map` is told from an RDD's by what it is called on.
 * In doubt it counts as an RDD's, because a warning can be ignored.
 */
export function findOperationArguments(file: string, source: string): readonly OperationArgument[] {
  const lang = file.endsWith('.tsx') ? 'tsx' : /\.[mc]?ts$/.test(file) ? 'ts' : 'jsx';
  const { program } = parseSync(file, source, { lang, sourceType: 'module', preserveParens: false });
  const nodes = [...walk(program)];
  const variables = new Map<string, Variable>();
  for (const node of nodes) noteVariable(node, variables);
  const found: OperationArgument[] = [];
  for (const node of nodes) {
    if (node.type !== 'CallExpression') continue;
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier' || callee.computed) continue;
    const operation = callee.property.name;
    if (!OPERATIONS.has(operation) || (SHARED.has(operation) && isArray(callee.object, variables))) continue;
    for (const argument of node.arguments) {
      const value = unwrap(argument);
      if (value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression')
        found.push({ operation, start: value.start, name: null });
      else if (value.type === 'Identifier') found.push({ operation, start: value.start, name: value.name });
    }
  }
  return found;
}

interface Variable {
  readonly value: Node | null;
  /** Source of its type annotation's name; null when it has none. */
  readonly annotated: string | null;
}

/** Declarations by name, whatever their scope: enough for a guess. */
function noteVariable(node: Node, variables: Map<string, Variable>): void {
  if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') {
    variables.set(node.id.name, { value: node.init, annotated: typeName(node.id) });
  }
  if ('params' in node && Array.isArray(node.params)) {
    for (const param of node.params as readonly Node[]) {
      if (param.type === 'Identifier') variables.set(param.name, { value: null, annotated: typeName(param) });
    }
  }
}

function typeName(node: Node): string | null {
  const annotation = 'typeAnnotation' in node ? (node.typeAnnotation as { readonly typeAnnotation: Node } | null | undefined) : null;
  if (!annotation) return null;
  const type = annotation.typeAnnotation;
  return type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' ? type.typeName.name : type.type;
}

function isArray(receiver: Node, variables: ReadonlyMap<string, Variable>): boolean {
  const seen = new Set<string>();
  let node = unwrap(receiver);
  for (;;) {
    if (node.type === 'ArrayExpression' || node.type === 'AwaitExpression' || node.type === 'Literal' || node.type === 'TemplateLiteral')
      return true;
    if (node.type === 'Identifier') {
      const variable = variables.get(node.name);
      if (variable === undefined || seen.has(node.name)) return GLOBALS.has(node.name);
      if (variable.annotated !== null) return !['RDD', 'Context'].includes(variable.annotated);
      if (variable.value === null) return false;
      seen.add(node.name);
      node = unwrap(variable.value);
      // `await Context.create()` is the root of RDDs; any other awaited value is data of the driver.
      if (node.type === 'AwaitExpression' && isContext(node.argument)) return false;
      continue;
    }
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const name = node.callee.property.type === 'Identifier' ? node.callee.property.name : '';
      if (RDD_SOURCES.has(name)) return false;
      if (ARRAY_SOURCES.has(name)) return true;
      node = unwrap(node.callee.object);
      continue;
    }
    if (node.type === 'MemberExpression') {
      node = unwrap(node.object);
      continue;
    }
    return false;
  }
}

const GLOBALS: ReadonlySet<string> = new Set(['process', 'Object', 'Array', 'Reflect', 'JSON', 'Math', 'String', 'globalThis']);

function isContext(node: Node): boolean {
  const call = unwrap(node);
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
  return call.callee.object.type === 'Identifier' && call.callee.object.name === 'Context';
}

function unwrap(node: Node): Node {
  let inner = node;
  while (
    inner.type === 'ParenthesizedExpression' ||
    inner.type === 'TSAsExpression' ||
    inner.type === 'TSSatisfiesExpression' ||
    inner.type === 'TSNonNullExpression' ||
    inner.type === 'ChainExpression'
  ) {
    inner = inner.expression;
  }
  return inner;
}

/** Every node in source order, on an explicit stack: chains of calls may be deep. */
function* walk(root: Node): Generator<Node> {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const node = stack.pop();
    if (Array.isArray(node)) {
      for (let at = node.length - 1; at >= 0; at--) stack.push(node[at]);
    } else if (typeof node === 'object' && node !== null) {
      if ('type' in node && typeof node.type === 'string') yield node as Node;
      stack.push(...Object.values(node).reverse());
    }
  }
}
