import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import { EVENT_LOG_VERSION } from '../../engine/types/app-event.ts';
import type { ConfigName, LevinConfig } from '../config/config-input.ts';
import { configTable } from '../config/config-table.ts';
import { settingText } from '../config/setting-text.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { Lease } from '../lease/lease.ts';

export interface StartEvents {
  readonly appId: string;
  readonly name: string;
  readonly config: LevinConfig;
  readonly overrides: readonly string[];
  readonly lease: Lease;
  readonly resumed: boolean;
}

/** The first events of a driver. */
export function startEvents(bus: EventBus, { appId, name, config, overrides, lease, resumed }: StartEvents): void {
  bus.emit({ kind: 'logStarted', version: EVENT_LOG_VERSION, levin: levinPackage().version, epoch: lease.epoch });
  const names = Object.keys(configTable) as ConfigName[];
  const changed = names.filter((key) => JSON.stringify(config[key]) !== JSON.stringify(configTable[key].default));
  const conf = Object.fromEntries(changed.map((key) => [key, settingText(config[key])]));
  bus.emit({ kind: 'appStarted', appId, name, master: config.master, node: process.version, resumed, conf });
  for (const message of overrides) bus.emit({ kind: 'warning', code: 'CONFIG_OVERRIDDEN', message });
}
