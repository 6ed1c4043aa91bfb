import { compareValues, equalValues, type Item, invalid, type Value } from './dynamodb-values.ts';

export interface ExpressionContext {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Value>>;
}

/** Whether a condition holds of an item; an item that is not there has no attributes. */
export type Predicate = (item: Item) => boolean;

type Operand = (item: Item) => Value | undefined;

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  readonly context: ExpressionContext;
  /** Placeholders that occurred: DynamoDB refuses those that did not. */
  readonly used: Set<string>;
}

const TOKEN = /\s*([A-Za-z_][\w]*|#[\w]+|:[\w]+|<>|<=|>=|[=<>(),]|\S)/gy;

/**
 * A condition in DynamoDB's language, as far as levin speaks it: AND, OR, NOT, parentheses, comparisons, BETWEEN, attribute_exists, attribute_not_exists,
 * begins_with, over top-level attributes. Anything else is a ValidationException that says so.
 */
export function parseCondition(text: string, context: ExpressionContext): Predicate {
  const reader: Reader = { tokens: [...text.matchAll(TOKEN)].map(([, token = '']) => token), at: 0, context, used: new Set() };
  const predicate = parseOr(reader);
  if (reader.at < reader.tokens.length) invalid(`Invalid expression: Syntax error; token: "${peek(reader)}"`);
  for (const name of Object.keys(context.names)) {
    if (!reader.used.has(name)) invalid(`Value provided in ExpressionAttributeNames unused in expressions: keys: {${name}}`);
  }
  for (const name of Object.keys(context.values)) {
    if (!reader.used.has(name)) invalid(`Value provided in ExpressionAttributeValues unused in expressions: keys: {${name}}`);
  }
  return predicate;
}

function peek({ tokens, at }: Reader): string {
  return tokens[at] ?? '<EOF>';
}

function take(reader: Reader, wanted?: string): string {
  const token = peek(reader);
  if (wanted !== undefined && token.toUpperCase() !== wanted)
    invalid(`Invalid expression: Syntax error; token: "${token}", expected: "${wanted}"`);
  reader.at++;
  return token;
}

function taken(reader: Reader, word: string): boolean {
  if (peek(reader).toUpperCase() !== word) return false;
  reader.at++;
  return true;
}

function parseOr(reader: Reader): Predicate {
  const terms = [parseAnd(reader)];
  while (taken(reader, 'OR')) terms.push(parseAnd(reader));
  return (item) => terms.some((holds) => holds(item));
}

function parseAnd(reader: Reader): Predicate {
  const terms = [parseNot(reader)];
  while (taken(reader, 'AND')) terms.push(parseNot(reader));
  return (item) => terms.every((holds) => holds(item));
}

function parseNot(reader: Reader): Predicate {
  if (taken(reader, 'NOT')) {
    const holds = parseNot(reader);
    return (item) => !holds(item);
  }
  if (taken(reader, '(')) {
    const holds = parseOr(reader);
    take(reader, ')');
    return holds;
  }
  return reader.tokens[reader.at + 1] === '(' ? parseFunction(reader) : parseComparison(reader);
}

function parseFunction(reader: Reader): Predicate {
  const name = take(reader);
  take(reader, '(');
  const first = parseOperand(reader);
  const second = taken(reader, ',') ? parseOperand(reader) : null;
  take(reader, ')');
  if (name === 'attribute_exists' && second === null) return (item) => first(item) !== undefined;
  if (name === 'attribute_not_exists' && second === null) return (item) => first(item) === undefined;
  if (name === 'begins_with' && second !== null) return (item) => beginsWith(first(item), second(item));
  return invalid(`The emulator does not know the function ${name} with ${second === null ? 1 : 2} operands.`);
}

function beginsWith(value: Value | undefined, start: Value | undefined): boolean {
  if (value?.S !== undefined && start?.S !== undefined) return value.S.startsWith(start.S);
  if (value?.B === undefined || start?.B === undefined) return false;
  const wanted = Buffer.from(start.B, 'base64');
  return Buffer.from(value.B, 'base64').subarray(0, wanted.length).equals(wanted);
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function parseComparison(reader: Reader): Predicate {
  const left = parseOperand(reader);
  if (taken(reader, 'BETWEEN')) {
    const low = parseOperand(reader);
    take(reader, 'AND');
    const high = parseOperand(reader);
    return (item) => ordered(left(item), low(item), (order) => order >= 0) && ordered(left(item), high(item), (order) => order <= 0);
  }
  const operator = take(reader);
  const right = parseOperand(reader);
  if (operator === '=') return (item) => equal(left(item), right(item));
  if (operator === '<>') return (item) => !equal(left(item), right(item));
  const holds = COMPARISONS[operator] ?? invalid(`Invalid expression: Syntax error; token: "${operator}"`);
  return (item) => ordered(left(item), right(item), holds);
}

function equal(a: Value | undefined, b: Value | undefined): boolean {
  return a !== undefined && b !== undefined && equalValues(a, b);
}

function ordered(a: Value | undefined, b: Value | undefined, holds: (order: number) => boolean): boolean {
  if (a === undefined || b === undefined) return false;
  const order = compareValues(a, b);
  return order !== null && holds(order);
}

function parseOperand(reader: Reader): Operand {
  const token = take(reader);
  reader.used.add(token);
  const { names, values } = reader.context;
  if (token.startsWith(':')) {
    const value =
      values[token] ??
      invalid(`Invalid expression: An expression attribute value used in expression is not defined; attribute value: ${token}`);
    return () => value;
  }
  if (token.startsWith('#')) {
    const name =
      names[token] ??
      invalid(`Invalid expression: An expression attribute name used in the document path is not defined; attribute name: ${token}`);
    return (item) => item[name];
  }
  if (!/^[A-Za-z_]\w*$/.test(token)) invalid(`Invalid expression: Syntax error; token: "${token}"`);
  return (item) => item[token];
}
