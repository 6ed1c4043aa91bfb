import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { encodeValue } from '../../engine/records/value.ts';
import type { LostOutput } from '../../engine/types/failure.ts';
import { computeBounds } from '../../shuffle/range-bounds.ts';
import { createResultReader } from './result-reader.ts';
import type { StageTable } from './stage-table.ts';

/** Decisions that must be the same when the job file runs again. */
export interface BoundsJournal {
  bounds(stageKey: string): Uint8Array | null;
  recordBounds(stageKey: string, bounds: Uint8Array): Promise<void>;
}

export interface SampledBounds {
  /** The stage whose samples they are made of; it is done. */
  readonly samples: number;
  readonly numPartitions: number;
  /** Of what asks for them, for messages. */
  readonly name: string;
}

export interface SampledBoundsDeps {
  readonly table: StageTable;
  readonly objects: ObjectStore;
  readonly journal: BoundsJournal;
}

/** Encoded range bounds: those in the journal, else computed from the sample stage's results and journaled before they are used. */
export async function sampledBounds({ samples, numPartitions, name }: SampledBounds, deps: SampledBoundsDeps): Promise<Uint8Array> {
  const key = deps.table.stageIdOf(samples);
  const known = deps.journal.bounds(key);
  if (known !== null) return known;
  const reader = createResultReader(name, { objects: deps.objects, maxResultBytes: 0 });
  const drawn: [number, readonly unknown[]][] = [];
  const lost: LostOutput[] = [];
  for (const [partition, { output, generation }] of deps.table.resultsOf(samples).entries()) {
    const read = await reader.read(output);
    if (read.kind === 'lost') lost.push({ stageId: key, partition, generation });
    else drawn.push(...(read.records as [number, readonly unknown[]][]));
  }
  if (lost.length > 0) throw samplesLost(name, lost);
  const bounds = encodeValue(computeBounds(drawn, numPartitions));
  await deps.journal.recordBounds(key, bounds);
  return bounds;
}

function samplesLost(name: string, lost: readonly LostOutput[]): LevinError {
  return new LevinError({
    code: 'FETCH_FAILED',
    fault: 'transient',
    message: `The samples that give ${name} its bounds were committed but cannot be read (${lost.length} of them). Something deletes or damages files in the state folder.`,
    details: { lost },
  });
}
