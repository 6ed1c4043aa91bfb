import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { objectKeys } from '../../engine/types/keys.ts';

export interface DeadLetterFolder {
  readonly objects: ObjectStore;
  readonly appId: string;
  readonly stageId: string;
  /** Committed results by partition. */
  readonly results: readonly ({ readonly attemptId: string } | undefined)[];
}

/** Keeps the dead letters of the attempts that won: those of others tell of records that were not left out, or tell it twice. */
export async function keepWinnersDeadLetters({ objects, appId, stageId, results }: DeadLetterFolder): Promise<void> {
  const kept = new Set(results.map((result, partition) => objectKeys.deadLetters(appId, stageId, partition, result?.attemptId ?? '')));
  let after: string | null = null;
  do {
    const page = await objects.list(objectKeys.deadLetterFolder(appId, stageId), after === null ? {} : { after });
    await objects.deleteMany(page.objects.map(({ key }) => key).filter((key) => !kept.has(key)));
    after = page.next;
  } while (after !== null);
}
