/** What an engine costs a month while nobody uses it, in dollars. */
export interface CostAtRest {
  readonly what: string;
  readonly dollars: number;
  /** What is paid for by use, or by others. */
  readonly note: string;
}

/** A customer managed key, a month. */
const KEY_DOLLARS = 1;

/** Prices of us-east-1, 2026-10. Functions, table, roles, rules and empty log groups cost nothing until they are used. */
export function costAtRest({ ownKey }: { readonly ownKey: boolean }): readonly CostAtRest[] {
  return [
    { what: 'functions, table, roles', dollars: 0, note: 'paid by use' },
    { what: 'bucket and logs', dollars: 0, note: 'while empty; $0.023 and $0.03 a GB of what jobs leave there' },
    {
      what: 'queue of failed drivers',
      dollars: 0,
      note: 'Lambda looks into it 260,000 times a month: free among the first million requests to SQS of the account, else $0.10',
    },
    ...(ownKey
      ? [{ what: 'key of its own', dollars: KEY_DOLLARS, note: 'twice that after its first and three times after its second rotation' }]
      : []),
  ];
}
