import { objectKeys } from '../../engine/types/keys.ts';
import { newApplicationId } from '../application/application-id.ts';
import { onEngine } from '../application/on-engine.ts';
import { createSubmission } from '../submission/create-submission.ts';
import { encodeJob } from '../submission/packed-job.ts';
import { startSubmission } from '../submission/start-submission.ts';
import { openWiring, ownProcess } from '../wiring.ts';
import { readSubmission } from './pack-submission.ts';
import { parseSubmitArguments } from './submit-arguments.ts';

/** `levin submit job.ts`: the driver is a function, too. Prints the application's id. */
export async function submit(argv: readonly string[]): Promise<void> {
  const { master, loaded, pack } = await readSubmission(parseSubmitArguments(argv));
  const { lookUpEngine } = await import('../wiring.ts');
  const engine = lookUpEngine(master.engine);
  const job = await pack();
  const { stores } = await openWiring({ master, stateDir: '', engine, requesterPays: loaded.config.requesterPays, upload: false });
  try {
    const { bytes, hash } = encodeJob(job);
    const appId = newApplicationId(stores.clock, stores.random);
    const key = objectKeys.job(appId, hash);
    await stores.objects.put(key, bytes);
    await createSubmission({ appId, job, submitted: { key, hash }, leaseMs: loaded.config.leaseMs, process: ownProcess(), stores });
    // Before anything of it runs: whoever has the id can look, and cancel.
    process.stdout.write(`${appId}\n`);
    const { invokeDriver } = await import('../wiring-aws.ts');
    await startSubmission({ appId, engine: master.engine, stores, invoke: (event) => invokeDriver(master.engine, event) });
    process.stderr.write(
      `levin: submitted to ${loaded.config.master}; levin logs ${appId}${onEngine(loaded.config.master)} --follow shows what it prints\n`,
    );
  } finally {
    await stores.metadata.close();
  }
}
