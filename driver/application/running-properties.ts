import { type JobProperties, taskProperties } from './job-properties.ts';

type Told = Readonly<Record<string, string>>;

/** What tasks are told of the jobs that run. */
export interface RunningProperties {
  begin(job: number, stages: readonly number[], properties: JobProperties): void;
  end(job: number): void;
  /** Those of the first job that uses the stage (Spark's rule); null: there are none. */
  ofStage(stage: number): Told | null;
}

export function createRunningProperties(): RunningProperties {
  /** In the order of their beginning. */
  const jobs = new Map<number, { readonly stages: ReadonlySet<number>; readonly told: Told | null }>();
  let telling = 0;
  return {
    begin(job, stages, properties) {
      const told = taskProperties(properties);
      jobs.set(job, { stages: new Set(stages), told });
      if (told !== null) telling++;
    },
    end(job) {
      if (jobs.get(job)?.told != null) telling--;
      jobs.delete(job);
    },
    ofStage(stage) {
      if (telling === 0) return null;
      for (const { stages, told } of jobs.values()) if (stages.has(stage)) return told;
      return null;
    },
  };
}
