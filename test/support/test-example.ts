import { expect, test } from 'vitest';
import { type ExampleProject, exampleProject, shownRuns } from './example-runs.ts';

export interface ExampleTest {
  /** What each run on the page prints, from the same files without levin. */
  readonly expected: (project: ExampleProject) => readonly string[];
  /** Jobs, stages and tasks of each run: `1 job, 12 stages, 23 tasks, 0 retries`. */
  readonly totals: readonly string[];
  /** A text of the example and what makes it wrong. */
  readonly mistake: readonly [file: string, from: string, to: string];
}

/** Runs what docs/examples/<name>.md shows and compares it with plain JavaScript, and the page with both. */
export function testExample(name: string, { expected, totals, mistake }: ExampleTest): void {
  const shown = shownRuns(name);

  test.each(['local[2]', 'local-cluster[2,1,512]'])('%s prints what plain JavaScript computes, and the page shows it', async (master) => {
    using project = exampleProject();
    const printed: string[] = [];
    for (const { args } of shown) printed.push(await project.run(args, master));
    expect(printed).toEqual(expected(project).map((text, i) => `${text}  ${totals[i]}\n`));
    expect(shown.map(({ output }) => output)).toEqual(printed);
  });

  test('a mistake in it is noticed', async () => {
    using project = exampleProject();
    project.spoil(...mistake);
    const printed: string[] = [];
    for (const { args } of shown) printed.push(await project.run(args, 'local[2]'));
    const computed = expected(project);
    expect(printed.map((text) => text.replace(/^ {2}\d+ jobs?, .*\n/m, ''))).not.toEqual(computed);
  });
}
