/** What holds for the jobs of a piece of code: set by `withLocalProperties`, read when an action is called. */
export interface JobProperties {
  /** `pool`, `jobGroup`, `description`, and whatever else the job has set. */
  readonly values: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
}

export const NO_PROPERTIES: JobProperties = { values: new Map(), tags: [] };

/** What one call changes. */
export interface PropertyChange {
  /** null takes the property away. */
  readonly values: readonly (readonly [name: string, value: string | null])[];
  /** Added to those there are; null takes them all away. */
  readonly tags: readonly string[] | null;
}

/** Names that Spark has for ours. */
const SPARK_NAMES: ReadonlyMap<string, string> = new Map([
  ['spark.scheduler.pool', 'pool'],
  ['spark.jobGroup.id', 'jobGroup'],
  ['spark.job.description', 'description'],
  ['spark.job.tags', 'tags'],
]);

/** What tasks are told: Spark's names of what Spark sets, ours beside them; null: there is nothing. */
export function taskProperties({ values, tags }: JobProperties): Readonly<Record<string, string>> | null {
  const all = [...values, ...(tags.length === 0 ? [] : [['tags', tags.join(',')] as const])];
  if (all.length === 0) return null;
  const spark = [...SPARK_NAMES].flatMap(([name, ours]) => all.filter(([own]) => own === ours).map(([, value]) => [name, value] as const));
  return Object.fromEntries([...all, ...spark]);
}

export function propertyName(name: string): string {
  return SPARK_NAMES.get(name) ?? name;
}

export function changed(outer: JobProperties, { values: changes, tags }: PropertyChange): JobProperties {
  const values = new Map(outer.values);
  for (const [name, value] of changes) {
    if (value === null) values.delete(name);
    else values.set(name, value);
  }
  return { values, tags: tags === null ? [] : [...new Set([...outer.tags, ...tags])] };
}
