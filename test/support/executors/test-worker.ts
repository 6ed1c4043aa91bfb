import { parentPort } from 'node:worker_threads';
import { serveWorker } from '../../../engine/runtime/worker/serve-worker.ts';
import { runBehaviour } from './behaviours.ts';

if (parentPort === null) throw new Error('test-worker.ts is the entry of a worker thread');
serveWorker({ port: parentPort, runAttempt: runBehaviour });
