import type { Application } from '../driver/application/application.ts';
import type { ScaledFiles, ScaledRun, ScaledStage } from '../driver/whatif/scaled-run.ts';
import { LevinError } from '../engine/errors/levin-error.ts';
import type { StageRead } from '../engine/types/stage-shape.ts';
import { folderOf } from './sized-files.ts';

type Node = ReturnType<Application['node']>;
type Shipped = ReturnType<Application['ship']>;

const MARK = 'stage ';

/** The number of the profile's stage that a task of the simulated job stands for. */
export function stageOfTask(closures: readonly Uint8Array[]): number {
  const marks = closures.map((bytes) => new TextDecoder().decode(bytes)).filter((text) => text.startsWith(MARK));
  return Number(marks.at(-1)?.slice(MARK.length));
}

/** RDDs that the planner cuts into the stages of a run: sources, a function that bears the stage's number, and shuffles between them. */
export interface StageNodes {
  /** The records of a stage before they are written. */
  nodeOf(stage: number): Promise<Node>;
}

export function createStageNodes(app: Application, run: ScaledRun, sources: readonly ScaledFiles[]): StageNodes {
  const stages = new Map(run.stages.map((stage) => [stage.stage, stage]));
  const marked = new Map<number, Node>();
  const shuffles = new Map<number, Node>();
  const node = (shape: Parameters<Application['node']>[0], of: ScaledStage): Node => app.node(shape, of.name, null);

  const stageOf = (number: number): ScaledStage => {
    const stage = stages.get(number);
    if (stage !== undefined) return stage;
    throw new LevinError({
      code: 'NO_PROFILE',
      fault: 'user',
      message: `This event log cannot be simulated: stage ${number} is needed but did not run (its output was there already). Take the log of a run that was not resumed.`,
    });
  };
  const nodeOf = async (number: number): Promise<Node> => {
    const known = marked.get(number);
    if (known !== undefined) return known;
    const stage = stageOf(number);
    const parents: (Node | null)[] = [];
    for (const read of stage.shape.reads) parents.push(read.kind === 'shuffle' ? await nodeOf(read.stage) : null);
    const numPartitions = await partitionsOf(stage, parents);
    const inputs = stage.shape.reads.map((read, i) => inputOf(read, { stage, parent: parents[i] ?? null, numPartitions }));
    const made = node(
      { kind: 'narrow', parent: together(inputs, stage), op: { kind: 'mapPartitions', fn: markOf(stage) }, keepsPartitioner: false },
      stage,
    );
    marked.set(number, made);
    return made;
  };
  /** The planner's own rule says into how many partitions shuffles go that were not told. */
  const partitionsOf = async (stage: ScaledStage, parents: readonly (Node | null)[]): Promise<number> => {
    const moved = parents.filter((parent) => parent !== null);
    if (moved.length === 0) return 0;
    const asked = stage.shape.reads.flatMap((read) => (read.kind === 'shuffle' && read.asked ? [read.partitions] : []));
    return await app.numPartitions(node({ kind: 'cogroup', parents: moved, numPartitions: asked[0] ?? null, how: 'group' }, stage));
  };
  const inputOf = (
    read: StageRead,
    { stage, parent, numPartitions }: { stage: ScaledStage; parent: Node | null; numPartitions: number },
  ): Node => {
    switch (read.kind) {
      case 'files': {
        const source = sources.findIndex(({ path }) => path === read.path);
        return node({ kind: 'textFile', path: folderOf(source), minPartitions: read.minPartitions }, stage);
      }
      case 'data':
        return node({ kind: 'range', start: 0, step: 1, count: read.partitions, numPartitions: read.partitions }, stage);
      case 'shuffle': {
        const known = shuffles.get(read.stage);
        if (known !== undefined) return known;
        const made = node(
          {
            kind: 'shuffled',
            parent: parent as Node,
            partitioning: { kind: 'hash', numPartitions: read.asked ? read.partitions : numPartitions },
            aggregator: null,
            mapSideCombine: false,
            sort: null,
          },
          stage,
        );
        shuffles.set(read.stage, made);
        return made;
      }
    }
  };
  const together = (inputs: readonly Node[], stage: ScaledStage): Node => {
    const [first] = inputs;
    const { partitions, reads } = stage.shape;
    const sum = reads.reduce((total, read) => total + read.partitions, 0);
    if (first === undefined) return node({ kind: 'range', start: 0, step: 1, count: partitions, numPartitions: partitions }, stage);
    const [left, right] = inputs;
    const product = reads.reduce((total, read) => total * read.partitions, 1);
    if (left !== undefined && right !== undefined && inputs.length === 2 && partitions === product && partitions !== sum) {
      return node({ kind: 'cartesian', parents: [left, right] }, stage);
    }
    const all = inputs.length === 1 ? first : node({ kind: 'union', parents: inputs }, stage);
    // A coalesce: it asks for a number.
    const fewer = partitions < Math.max(...reads.map((read) => read.partitions));
    return fewer ? node({ kind: 'coalesce', parent: all, numPartitions: partitions }, stage) : all;
  };
  return { nodeOf };
}

function markOf({ stage, name }: ScaledStage): Shipped {
  const text = MARK + stage;
  return {
    bytes: new TextEncoder().encode(text),
    fingerprint: text,
    modules: [],
    operation: name,
    callSite: null,
    traits: { indeterminate: false, async: false, uses: [] },
  };
}
