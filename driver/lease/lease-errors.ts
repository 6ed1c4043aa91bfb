import { LevinError } from '../../engine/errors/levin-error.ts';

export function appExists(appId: string): LevinError {
  return new LevinError({
    code: 'APP_EXISTS',
    fault: 'user',
    message: `Application ${appId} exists already. Resume it with --app ${appId}, or leave the id out and get a new one.`,
  });
}

export function appNotFound(appId: string): LevinError {
  return new LevinError({
    code: 'APP_NOT_FOUND',
    fault: 'user',
    message: `There is no application ${appId} in this state folder. Applications that have ended are removed; look for the id in the first line that its run printed, and for stateDir in its configuration.`,
  });
}

export function appIsRunning(appId: string, renewals: number): LevinError {
  return new LevinError({
    code: 'APP_IS_RUNNING',
    fault: 'user',
    message: `Application ${appId} is running: its driver renewed its lease ${renewals} times while this one waited to take over. Stop that driver first, or let it finish.`,
  });
}

export function cannotRenew(appId: string, leaseMs: number, cause: unknown): LevinError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LevinError({
    code: 'LEASE_LOST',
    fault: 'transient',
    message: `The lease of application ${appId} could not be renewed for ${leaseMs} ms (${reason}): another driver may have taken over, so this one stops. Resume with --app ${appId}.`,
    details: { appId },
    cause,
  });
}
