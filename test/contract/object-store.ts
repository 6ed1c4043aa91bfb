import { describe, test } from 'vitest';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { ContractCase, ContractSubject } from './contract-case.ts';
import { abortCases } from './object-store/abort-cases.ts';
import { chunkCases } from './object-store/chunk-cases.ts';
import { keyCases } from './object-store/key-cases.ts';
import { listCases } from './object-store/list-cases.ts';
import { readCases } from './object-store/read-cases.ts';
import { writeCases } from './object-store/write-cases.ts';

/** What every object store must do: the port's docstring, sentence by sentence. */
export const objectStoreCases: readonly ContractCase<ObjectStore>[] = [
  ...writeCases,
  ...chunkCases,
  ...readCases,
  ...listCases,
  ...keyCases,
  ...abortCases,
];

/** Runs the contract against a store; `make` gives an empty one for each case. */
export function objectStoreContract(name: string, make: () => ContractSubject<ObjectStore> | Promise<ContractSubject<ObjectStore>>): void {
  describe(`object store contract: ${name}`, () => {
    test.for(objectStoreCases)('$name', async ({ run }) => {
      const { subject, dispose } = await make();
      try {
        await run(subject);
      } finally {
        await dispose?.();
      }
    });
  });
}
