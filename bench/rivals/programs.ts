import { fileURLToPath } from 'node:url';
import type { Command } from './run-program.ts';

export interface Rival {
  readonly name: string;
  readonly command: (job: string, data: string) => Command;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `parallelism`: partitions of shuffles, for either engine; null leaves it to them. */
export function levin(master: string, parallelism: string | null): Rival {
  return {
    name: `levin ${master}`,
    command: (job, data) => (out) => [
      process.execPath,
      `${root}bin/levin.js`,
      'run',
      '--quiet',
      '--on',
      master,
      ...(parallelism === null ? [] : ['--conf', `defaultParallelism=${parallelism}`]),
      `${root}bench/jobs/${job}.ts`,
      data,
      out,
    ],
  };
}

export const plainNode: Rival = {
  name: 'plain Node',
  command: (job, data) => (out) => [process.execPath, '--max-old-space-size=8192', `${root}bench/plain/run.ts`, job, data, out],
};

/** The installation of the baselines' harness: PySpark in `venv`, the Scala jobs in `scala/rddjobs.jar`. */
export function scalaSpark(base: string, parallelism: string | null): Rival {
  return {
    name: 'Scala on Spark local[2]',
    command: (job, data) => (out) => [
      'env',
      ...['PYSPARK_PYTHON', 'PYSPARK_DRIVER_PYTHON'].map((name) => `${name}=${base}/venv/bin/python`),
      `${base}/venv/bin/spark-submit`,
      ...['--master', 'local[2]', '--driver-memory', '8g', '--class', 'RddJobs'],
      ...(parallelism === null ? [] : ['--conf', `spark.default.parallelism=${parallelism}`]),
      `${base}/scala/rddjobs.jar`,
      job,
      data,
      out,
    ],
  };
}
