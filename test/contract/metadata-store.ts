import { describe, test } from 'vitest';
import type { ContractCase, ContractSubject } from './contract-case.ts';
import { abortCases } from './metadata-store/abort-cases.ts';
import { conditionCases } from './metadata-store/condition-cases.ts';
import { itemCases, type MetadataSubject } from './metadata-store/item-cases.ts';
import { queryCases } from './metadata-store/query-cases.ts';
import { transactCases } from './metadata-store/transact-cases.ts';

export type { MetadataSubject } from './metadata-store/item-cases.ts';

/** What every metadata store must do: the port's docstring, sentence by sentence. */
export const metadataStoreCases: readonly ContractCase<MetadataSubject>[] = [
  ...itemCases,
  ...conditionCases,
  ...queryCases,
  ...transactCases,
  ...abortCases,
];

/** Runs the contract against a store; `make` gives an empty one for each case. */
export function metadataStoreContract(
  name: string,
  make: () => ContractSubject<MetadataSubject> | Promise<ContractSubject<MetadataSubject>>,
): void {
  describe(`metadata store contract: ${name}`, () => {
    test.for(metadataStoreCases)('$name', async ({ run }) => {
      const { subject, dispose } = await make();
      try {
        await run(subject);
      } finally {
        await dispose?.();
      }
    });
  });
}
