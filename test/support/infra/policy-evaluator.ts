/** One statement of an IAM policy, with everything resolved. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A call, as IAM sees it. */
export interface PolicyRequest {
  /** `s3:GetObject` */
  readonly action: string;
  /** Its ARN. */
  readonly resource: string;
  /** Condition keys. */
  readonly context?: Readonly<Record<string, string | number>>;
}

/**
 * IAM's rule within one account: an explicit Deny wins, then an Allow is needed, of the caller's own policies or of the resource's. Has what the engine's policies
 * use: wildcards, and the operators below; anything else fails loudly instead of being guessed.
 */
export function judge(statements: readonly PolicyStatement[], request: PolicyRequest): 'allowed' | 'denied' {
  const applying = statements.filter((statement) => applies(statement, request));
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  return applying.some(({ Effect }) => Effect === 'Allow') ? 'allowed' : 'denied';
}

/** The statement speaks of the call. */
function applies(statement: PolicyStatement, request: PolicyRequest): boolean {
  return (
    // Actions are compared without their case, ARNs with it.
    listOf(statement.Action).some((pattern) => matches(pattern.toLowerCase(), request.action.toLowerCase())) &&
    listOf(statement.Resource).some((pattern) => matches(pattern, request.resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, request.context?.[key], wanted)),
    )
  );
}

const OPERATORS: Readonly<Record<string, (given: string | number, wanted: string) => boolean>> = {
  Bool: (given, wanted) => String(given).toLowerCase() === wanted.toLowerCase(),
  StringEquals: (given, wanted) => String(given) === wanted,
  NumericLessThan: (given, wanted) => Number(given) < Number(wanted),
};

/** A key that the request does not have fulfils none of these operators. */
function holds(operator: string, given: string | number | undefined, wanted: unknown): boolean {
  const test = OPERATORS[operator];
  if (test === undefined) throw new Error(`The policy has the operator ${operator}, which the evaluator does not know.`);
  return given !== undefined && listOf(wanted as string | readonly string[]).some((value) => test(given, String(value)));
}

/** `*`: any number of characters, slashes and colons too; `?`: exactly one. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function listOf<T extends string | number>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
