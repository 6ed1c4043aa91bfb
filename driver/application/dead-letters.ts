import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { objectKeys } from '../../engine/types/keys.ts';

export interface DeadLetterFolder {
  readonly objects: ObjectStore;
  readonly appId: string;
  readonly stageId: string;
  /** Committed results by partition, as they are at this moment; null: tasks of the stage run (again), and some of their attempts may win yet. */
  readonly winners: () => readonly ({ readonly attemptId: string } | undefined)[] | null;
}

/**
 * Keeps the dead letters of the attempts that won: those of others tell of records that were not left out, or tell it twice. Who wins is asked
 * after the letters were listed: the listing may take so long that tasks were lost and made again.
 */
export async function keepWinnersDeadLetters({ objects, appId, stageId, winners }: DeadLetterFolder): Promise<void> {
  let after: string | null = null;
  do {
    const page = await objects.list(objectKeys.deadLetterFolder(appId, stageId), after === null ? {} : { after });
    const results = winners();
    if (results === null) return;
    const kept = new Set(results.map((result, partition) => objectKeys.deadLetters(appId, stageId, partition, result?.attemptId ?? '')));
    await objects.deleteMany(page.objects.map(({ key }) => key).filter((key) => !kept.has(key)));
    after = page.next;
  } while (after !== null);
}
