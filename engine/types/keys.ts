/** Every name under which an application keeps something, in one place. `a` is the app id. */
export const objectKeys = {
  app: (a: string): string => `apps/${a}/`,
  /** What a driver function runs. */
  job: (a: string, hash: string): string => `apps/${a}/job/${hash}.json`,
  code: (a: string, hash: string): string => `apps/${a}/code/${hash}.mjs`,
  template: (a: string, hash: string): string => `apps/${a}/templates/${hash}`,
  /** Files of the user's machine, by their content. */
  uploads: (a: string): string => `apps/${a}/uploads/`,
  upload: (a: string, hash: string, name: string): string => `apps/${a}/uploads/${hash}/${name}`,
  broadcast: (a: string, hash: string): string => `apps/${a}/broadcasts/${hash}`,
  data: (a: string, hash: string): string => `apps/${a}/data/${hash}`,
  /** What was too large for an invocation. */
  payload: (a: string, hash: string): string => `apps/${a}/payloads/${hash}`,
  shuffle: (a: string, stageId: string, partition: number, attemptId: string): string =>
    `apps/${a}/shuffle/${stageId}/${partition}-${attemptId}`,
  shuffleIndex: (a: string, stageId: string, hash: string): string => `apps/${a}/shuffle-index/${stageId}/${hash}`,
  result: (a: string, stageId: string, partition: number, attemptId: string): string =>
    `apps/${a}/results/${stageId}/${partition}-${attemptId}`,
  /** What a commit carries beside its output and its item has no room for. */
  side: (a: string, stageId: string, partition: number, attemptId: string): string =>
    `apps/${a}/sides/${stageId}/${partition}-${attemptId}`,
  accumulators: (a: string, stageId: string, partition: number, attemptId: string): string =>
    `apps/${a}/accumulators/${stageId}/${partition}-${attemptId}`,
  /** A partition of a persisted RDD. */
  block: (a: string, rdd: number, partition: number, attemptId: string): string => `apps/${a}/blocks/${rdd}/${partition}-${attemptId}`,
  deadLetterFolder: (a: string, stageId: string): string => `history/${a}/dead-letters/${stageId}/`,
  deadLetters: (a: string, stageId: string, partition: number, attemptId: string): string =>
    `history/${a}/dead-letters/${stageId}/${partition}-${attemptId}.jsonl`,
  /** What the attempts of a barrier stage say to each other; `gang` names those that run together. */
  barrierStage: (a: string, stageId: string): string => `apps/${a}/barrier/${stageId}/`,
  barrier: (a: string, stageId: string, gang: string): string => `apps/${a}/barrier/${stageId}/${gang}/`,
  journalBlob: (a: string, epoch: number, hash: string): string => `apps/${a}/journal/${epoch}-${hash}`,
  history: (a: string): string => `history/${a}/`,
  outputFolder: (a: string): string => `history/${a}/output/`,
  /** What the driver function's process printed in one of its lives, which are told apart and sorted by when they began. */
  output: (a: string, life: string, seq: number): string => `history/${a}/output/${life}-${String(seq).padStart(6, '0')}.jsonl`,
  events: (a: string, epoch: number, seq: number): string => `history/${a}/events/${epoch}-${String(seq).padStart(6, '0')}.jsonl`,
} as const;

/** Commits of one stage are spread over this many metadata partitions: DynamoDB gives one partition 1,000 writes a second. */
export const COMMIT_SHARDS = 16;

export const metadataKeys = {
  apps: (a: string): { partition: string; sort: string } => ({ partition: 'apps', sort: a }),
  lease: (a: string): { partition: string; sort: string } => ({ partition: `app#${a}`, sort: 'lease' }),
  /** Lives of the driver functions of an application that was submitted. */
  lives: (a: string): { partition: string; sort: string } => ({ partition: `app#${a}`, sort: 'lives' }),
  /** Somebody wants the application's driver to stop. */
  cancel: (a: string): { partition: string; sort: string } => ({ partition: `app#${a}`, sort: 'cancel' }),
  /** What is known of an application's stages when its journal is gone. */
  stages: (a: string, part: number): { partition: string; sort: string } => ({
    partition: `app#${a}`,
    sort: `stages#${String(part).padStart(4, '0')}`,
  }),
  calledOffPartition: (a: string): string => `app#${a}#called-off`,
  /** Attempts of one driver's that nobody wants any more. */
  calledOff: (a: string, driver: string): { partition: string; sort: string } => ({ partition: `app#${a}#called-off`, sort: driver }),
  journalPartition: (a: string): string => `app#${a}#journal`,
  journal: (a: string, seq: number): { partition: string; sort: string } => ({
    partition: `app#${a}#journal`,
    sort: String(seq).padStart(10, '0'),
  }),
  commitPartition: (a: string, stageId: string, shard: number): string => `app#${a}#stage#${stageId}#${shard}`,
  commit: (a: string, stageId: string, partition: number): { partition: string; sort: string } => ({
    partition: `app#${a}#stage#${stageId}#${partition % COMMIT_SHARDS}`,
    sort: String(partition).padStart(10, '0'),
  }),
} as const;

/** Whether an item is an application's: then it may be forgotten when nobody can resume that any more. */
export function isOfApplication({ partition }: { readonly partition: string }): boolean {
  return partition === metadataKeys.apps('').partition || partition.startsWith('app#');
}

/** Whether an item is the commit of a task. */
export function isCommit(key: { readonly partition: string }): boolean {
  return key.partition.includes('#stage#');
}
