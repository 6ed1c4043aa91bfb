import { ACTIONS } from './spark-api/actions.ts';
import { CONTEXT } from './spark-api/context.ts';
import { PAIRS } from './spark-api/pairs.ts';
import type { SparkName } from './spark-api/spark-name.ts';
import { TRANSFORMATIONS } from './spark-api/transformations.ts';

/** Every name of Spark's RDD and SparkContext, and what became of it here. */
export const SPARK_API: readonly SparkName[] = [...TRANSFORMATIONS, ...ACTIONS, ...PAIRS, ...CONTEXT];
