import type { FaultName, Other, Program, Step } from '../program/program.ts';
import { modelNarrow } from './narrow.ts';
import { modelOfTwo } from './of-two.ts';
import { anyhow, ExpectedError, type Model, rowsOf, somewhere, valuesOf } from './rows.ts';
import { modelSource } from './source.ts';
import { modelWide } from './wide.ts';

/** How a step is modelled; tests replace it by a wrong one. */
export type ModelStep = (model: Model, step: Step, modelStep: ModelStep) => Model;

export const modelStep: ModelStep = (model, step, self) => {
  switch (step.op) {
    case 'union':
    case 'cartesian':
    case 'intersection':
    case 'subtract':
    case 'join':
    case 'leftOuterJoin':
    case 'rightOuterJoin':
    case 'fullOuterJoin':
    case 'cogroup':
    case 'groupWith':
    case 'subtractByKey':
      return modelOfTwo(model, modelOther(model, step.other, self), step);
    case 'repartition':
    case 'partitionBy':
    case 'repartitionAndSort':
    case 'distinct':
    case 'groupByKey':
    case 'groupBy':
    case 'reduceByKey':
    case 'aggregateByKey':
    case 'combineByKey':
    case 'foldByKey':
    case 'sortBy':
    case 'sortByKey':
      return modelWide(model, step);
    case 'coalesce':
      return step.shuffle ? modelWide(model, { op: 'repartition', n: step.n }) : modelNarrow(model, step);
    case 'randomSplit':
      return splitAndUnited(model);
    case 'zipPartitions':
      return anyhow([...valuesOf(model), ...valuesOf(model)], model.n);
    case 'fault':
      return fault(model, step.fault);
    default:
      return modelNarrow(model, step);
  }
};

export function modelProgram({ source, steps }: Pick<Program, 'source' | 'steps'>, step: ModelStep = modelStep): Model {
  return steps.reduce(({ also: _, ...model }, each) => step(model, each, step), modelSource(source));
}

export function modelOther(model: Model, other: Other, step: ModelStep = modelStep): Model {
  return other.kind === 'self' ? model : modelProgram(other, step);
}

/** Three splits, one over the other where records are placed by key, else one after the other. */
function splitAndUnited(model: Model): Model {
  if (model.placement !== null) return anyhow(valuesOf(model), model.n, model.placement);
  return anyhow(valuesOf(model), model.n === null ? null : model.n * 3);
}

const FAULTS: Readonly<Record<FaultName, string>> = {
  noPartitions: 'INVALID_ARGUMENT',
  throws: 'USER_ERROR',
  notAPair: 'NOT_A_PAIR',
  mapAsKey: 'UNSUPPORTED_KEY',
  promiseAsKey: 'PROMISE_NOT_ALLOWED',
  unequalPartitions: 'UNEQUAL_PARTITIONS',
  badPartition: 'BAD_PARTITION',
  notIterable: 'NOT_ITERABLE',
};

/** Errors that need a record come only when there is one. */
function fault(model: Model, name: FaultName): Model {
  if (name === 'noPartitions' || rowsOf(model).length > 0) throw new ExpectedError(FAULTS[name]);
  return somewhere([], null);
}
